"""An office's own Asterisk (`mode = "existing"`): that of compose.yaml, with the files that its image gets."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from router.cli.main import cli
from router.telephony.private.find import ensure_asterisk
from router.telephony.private.instance import PrivateAsterisk
from router.telephony.private.settings import PrivateSettings
from tests.telephony.phones.people import Phone
from tests.up.service import HOTLINE, ROOT, Service

SECRET = "a-long-word-that-nobody-guesses"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Service]:
    """The service of docker/site.toml beside the Asterisk of docker/asterisk, on free ports."""
    service = Service(tmp_path)
    asterisk = PrivateAsterisk(ensure_asterisk(), tmp_path / "pbx", PrivateSettings(ami_secret=SECRET))
    asterisk.prepare()
    _as_in_the_image(asterisk.conf.parent, service)
    secret = tmp_path / "ami.secret"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o600)
    records = tmp_path / "pbx" / "log" / "cdr-csv" / "Master.csv"
    records.parent.mkdir(exist_ok=True)
    records.touch()
    service.config.write_text(_site(service, secret, records), encoding="utf-8")
    with subprocess.Popen(asterisk.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            asterisk.wait_booted()
            service.start()
            yield service
        finally:
            service.end()
            process.terminate()


def _as_in_the_image(etc: Path, service: Service) -> None:
    """What docker/asterisk/Dockerfile and `start` put there, with other ports."""
    ours = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docker" / "asterisk").glob("*.conf")}
    ours["modules.conf"] = (ROOT / "config" / "asterisk" / "modules.conf").read_text(encoding="utf-8")
    ours["manager_secret.conf"] = f"secret = {SECRET}\n"
    ours["manager.conf"] = ours["manager.conf"].replace("port = 5038", f"port = {service.ami}")
    ours["pjsip.conf"] = ours["pjsip.conf"].replace("0.0.0.0:5060", f"127.0.0.1:{service.sip}")
    first = 14_000 + service.ami % 20 * 200
    ours["rtp.conf"] = ours["rtp.conf"].replace("20000", str(first)).replace("20999", str(first + 199))
    for name, text in ours.items():
        (etc / name).write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "dialplan", etc / "hotline")


def _site(service: Service, secret: Path, records: Path) -> str:
    text = (ROOT / "docker" / "site.toml").read_text(encoding="utf-8")
    for old, new in (
        ("0.0.0.0:8080", f"127.0.0.1:{service.web}"),
        ("port = 5038", f"port = {service.ami}"),
        ("/run/secrets/ami", str(secret)),
        ("/var/log/asterisk/cdr-csv/Master.csv", str(records)),
        ("postgresql+psycopg://hotline@127.0.0.1/hotline", "sqlite"),
        ('from = "09:00", to = "21:00"', 'from = "00:00", to = "24:00"'),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


def test_the_compose_file_s_asterisk_serves_the_hotline(office: Service) -> None:
    phone = Phone(office.world, ("127.0.0.1", office.sip), user="101", secret="change-me-101")
    office.phone["A"] = phone
    phone.signs_in()
    phone.dials("*1")
    phone.is_let_go(within=10)
    office.until(lambda board: board.next == "A", within=10)
    doctor = CliRunner().invoke(cli, ["doctor", "--config", str(office.config), "--data", str(office.data)])
    assert doctor.exit_code == 0, doctor.output
    assert "an existing PBX is used" in doctor.output
    pages = ["doctor", "--config", str(office.config), "--data", str(office.data), "--only", "pages"]
    assert re.fullmatch(r"✓ pages +answer at https://.*\n", CliRunner().invoke(cli, pages).output)
    caller = office.caller("13900005001")
    caller.dials(HOTLINE)
    phone.rings()
    phone.answers()
    caller.hears(phone)
    caller.hangs_up()
    phone.is_let_go()


def test_asterisk_does_not_start_with_passwords_that_everybody_knows(tmp_path: Path) -> None:
    text = (ROOT / "docker" / "asterisk" / "start").read_text(encoding="utf-8")
    secret = tmp_path / "ami"
    secret.write_text(SECRET, encoding="utf-8")
    shutil.copy(ROOT / "docker" / "asterisk" / "phones.conf", tmp_path)
    script = tmp_path / "start"
    script.write_text(text.replace("/etc/asterisk", str(tmp_path)).replace("/run/secrets/ami", str(secret)))
    done = subprocess.run(["sh", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "change-me" in done.stderr
