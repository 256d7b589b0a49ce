"""An office's own Asterisk: Debian's configuration as it comes, and what docs/own-pbx.md says, step by step.

May live here: making, changing and asking it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from click.testing import CliRunner

from router.cli.main import cli
from router.telephony.private.find import ensure_asterisk
from router.telephony.private.instance import PrivateAsterisk
from router.telephony.private.settings import PrivateSettings
from tests.up.service import HOTLINE, ROOT, Service

PHONES = ("101", "102", "103")
EXTENSIONS = """
[general]
static = yes

[from-carrier]
{number}

[office]
{codes}
exten => _1XX,1,Dial(PJSIP/${{EXTEN}},60)
 same => n,Hangup()
exten => 200,1,Dial(PJSIP/103,20)
"""
PJSIP = """
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{port}

[carrier]
type = endpoint
context = from-carrier
disallow = all
allow = alaw
direct_media = no

[carrier]
type = identify
endpoint = carrier
match = 127.0.0.2
"""
PHONE = """
[{name}]
type = endpoint
context = office
disallow = all
allow = alaw
direct_media = no
auth = {name}
aors = {name}
call_group = 1
pickup_group = 1

[{name}]
type = auth
auth_type = userpass
username = {name}
password = secret{name}

[{name}]
type = aor
max_contacts = 1
remove_existing = yes
"""


class PlainPbx:
    """Asterisk as Debian ships it, with three phones and a carrier, before anything of ours is taken in."""

    def __init__(self, folder: Path, service: Service) -> None:
        self.service = service
        binary = ensure_asterisk()
        self.asterisk = PrivateAsterisk(binary, folder, PrivateSettings(ami_secret="unused"))
        self.asterisk.prepare()
        self.etc = self.asterisk.conf.parent
        samples = next(
            place for place in (binary.data.parents[2] / "etc/asterisk", Path("/etc/asterisk")) if place.is_dir()
        )
        mine = (self.etc / "asterisk.conf").read_text("utf-8")
        shutil.rmtree(self.etc)
        for language in ("zh", "en"):
            shutil.rmtree(self.asterisk.folder / "prompts" / language)  # a plain one has no prompts of ours
        shutil.copytree(samples, self.etc)
        self.write("asterisk.conf", mine)
        self.extensions()
        phones = "".join(PHONE.format(name=name) for name in PHONES)
        self.write("pjsip.conf", PJSIP.format(port=service.sip) + phones)
        first = 14_000 + service.ami % 20 * 200
        self.write("rtp.conf", f"[general]\nrtpstart = {first}\nrtpend = {first + 199}\nicesupport = no\n")
        self.manager = f"[general]\nenabled = yes\nbindaddr = 127.0.0.1\nport = {service.ami}\n"
        self.write("manager.conf", self.manager)
        self.write("logger.conf", "[general]\n[logfiles]\nmessages.log => notice,warning,error\n")
        (self.asterisk.folder / "log" / "cdr-csv").mkdir(exist_ok=True)
        self.records = self.asterisk.folder / "log" / "cdr-csv" / "Master.csv"
        self.records.touch()  # Asterisk makes it at the first call
        self.process: subprocess.Popen[bytes] | None = None
        self.lines = ""

    def write(self, name: str, text: str) -> None:
        """A file of its configuration."""
        (self.etc / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        """The same, as it is."""
        return (self.etc / name).read_text(encoding="utf-8")

    def extensions(self, *, number: str = f"exten => {HOTLINE},1,Dial(PJSIP/101,60)", codes: str = "") -> None:
        """The office's own dialplan: by default as it was before the hotline."""
        self.write("extensions.conf", EXTENSIONS.format(number=number, codes=codes))

    def start(self) -> None:
        """Start it, and wait until it takes calls."""
        self.process = subprocess.Popen(self.asterisk.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.asterisk.wait_booted(60)

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)

    def rx(self, *commands: str) -> str:
        """What its console says."""
        return "\n".join(self.asterisk.rx(command) for command in commands)

    # --- docs/own-pbx.md

    def init(self) -> None:
        """`hotline init`: the site file, and the lines for this Asterisk."""
        options = ["--pbx", "existing", "--ami", f"127.0.0.1:{self.service.ami}", "--hotline", HOTLINE, "--no-ask"]
        options += ["--records", f"csv:{self.records}", "--hours", "00:00-24:00", "--overwrite"]
        options += ["--consultant", "陈晨=101", "--consultant", "李丽=102"]
        done = CliRunner().invoke(cli, ["init", str(self.service.config), *options])
        assert done.exit_code == 0, done.output
        self.lines = done.output
        text = self.service.config.read_text("utf-8") + f'\n[web]\nbind = "127.0.0.1:{self.service.web}"\n'
        self.service.config.write_text(text, encoding="utf-8")

    def section(self, file: str) -> str:
        """The lines that `hotline init` said for one file."""
        found = re.search(rf"^; --- {file}[^\n]*\n(.*?)(?=^; ---|\Z)", self.lines, re.MULTILINE | re.DOTALL)
        assert found, self.lines
        return found[1]

    def takes_us_in(self) -> None:
        """Every step, as the page says; then all is reloaded."""
        for name in ("hotline.conf", "hotline-features.conf"):
            shutil.copy(ROOT / "dialplan" / name, self.etc / name)
        self.write("manager.conf", self.manager + self.section("manager.conf"))
        number = next(line for line in self.section("extensions.conf").splitlines() if line.startswith("exten"))
        self.extensions(number=number, codes="include => hotline-codes")
        self.write("extensions.conf", self.read("extensions.conf") + '\n#include "hotline.conf"\n')
        self.write("features.conf", self.read("features.conf") + '\n#include "hotline-features.conf"\n')
        self.write("cdr.conf", "[general]\nenable = yes\nunanswered = yes\n" + self.section("cdr.conf"))
        sounds = self.asterisk.folder / "prompts" / "hotline"
        done = CliRunner().invoke(cli, ["prompts", str(sounds)])
        assert done.exit_code == 0, done.output
        share = self.asterisk.folder / "share" / "sounds"
        if not (share / "hotline").exists():
            (share / "hotline").symlink_to(sounds)
        self.reload()

    def reload(self) -> None:
        """As each step says."""
        self.rx("manager reload", "dialplan reload", "module reload features", "module reload cdr_csv")

    def doctor(self, *checks: str) -> tuple[int, str]:
        """Its exit status and what it says."""
        only = [word for check in checks for word in ("--only", check)]
        where = ["--config", str(self.service.config), "--data", str(self.service.data)]
        done = CliRunner().invoke(cli, ["doctor", *where, *only])
        return done.exit_code, done.output
