"""`hotline init`: the file that it writes can be used as it stands; nothing is overwritten unasked."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.cli.main import cli
from router.config.load import load_site
from router.config.model import PbxMode, Site
from router.errors import HotlineError

OPTIONS = ("--name", "锦绣江南", "--trunk", "203.0.113.9", "--hotline", "4008001234", "--consultant", "陈晨")


def _init(file: Path, *options: str, answers: str | None = None) -> Result:
    ask = "--no-ask" if answers is None else "--ask"
    return CliRunner().invoke(cli, ["init", str(file), ask, *options], input=answers)


def _site(file: Path) -> Site:
    checked = CliRunner().invoke(cli, ["config", "check", str(file)])
    assert checked.exit_code == 0, checked.output
    return load_site(file)


def test_options_alone_make_a_site_that_passes_the_check(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    more = ("--consultant", "李丽=108", "--consultant", "王伟", "--reception", "赵敏", "--area-code", "025")
    result = _init(file, *OPTIONS, *more, "--hours", "09:00-12:00", "--hours", "12:00-18:30")
    assert result.exit_code == 0, result.output
    site = _site(file)
    assert (site.site.name, site.site.area_code) == ("锦绣江南", "025")
    assert [(one.name, one.dialled) for one in site.consultants] == [
        ("陈晨", "101"),
        ("李丽", "108"),
        ("王伟", "102"),
        ("赵敏", "103"),
    ]
    slots = site.plans[0].slots
    assert [(slot.start, slot.end, slot.continues) for slot in slots] == [(540, 720, False), (720, 1110, True)]
    assert (slots[1].call, slots[1].reception) == (("A", "B", "C"), ("D",))
    assert "# 名称，显示在网页上" in file.read_text(encoding="utf-8")


def test_what_is_not_given_is_asked_and_asked_again_when_it_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    said = [
        "Sunny Hills",  # name
        "en",
        "Nowhere/Atall",  # zone, refused
        "Europe/London",
        "GB",
        "",  # no area code
        "private",
        "203.0.113",  # neither an address nor a name, refused
        "203.0.113.0/24, 198.51.100.7",
        "02079460000",
        "Mary Li, Bob=120",
        "",  # no reception group
        "9:00-17:30",
    ]
    result = _init(file, answers="\n".join(said) + "\n")
    assert result.exit_code == 0, result.output
    assert "Nowhere/Atall" in result.output
    site = _site(file)
    assert (site.site.language, site.site.zone, site.site.region) == ("en", "Europe/London", "GB")
    assert site.trunks[0].match == ("203.0.113.0/24", "198.51.100.7")
    assert [one.name for one in site.consultants] == ["Mary Li", "Bob"]
    assert "# Its name, as pages show it." in file.read_text(encoding="utf-8")


def test_a_file_is_never_overwritten_unasked(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text("mine\n", encoding="utf-8")
    assert isinstance(_init(file, *OPTIONS).exception, HotlineError)
    assert "exists" in str(_init(file, *OPTIONS, answers="n\n").exception)
    assert file.read_text(encoding="utf-8") == "mine\n"
    assert _init(file, *OPTIONS, "--overwrite").exit_code == 0
    assert _site(file).site.name == "锦绣江南"


def test_a_wrong_option_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    result = _init(file, *OPTIONS, "--hours", "18:00-25:00")
    assert result.exit_code == 2
    assert "--hours" in result.output
    twice = _init(file, *OPTIONS, "--consultant", "李丽=101", "--consultant", "王伟=101")
    assert "101" in str(twice.exception)
    assert list(tmp_path.iterdir()) == []


def test_what_has_no_default_is_named_with_its_option(tmp_path: Path) -> None:
    missing = _init(tmp_path / "site.toml", "--name", "锦绣江南").exception
    assert "--trunk" in str(missing)


@pytest.mark.parametrize("name", ['张"三', "李\\四", "王#五", "赵＋六"])
def test_names_are_written_as_they_are(tmp_path: Path, name: str) -> None:
    file = tmp_path / "site.toml"
    assert _init(file, *OPTIONS, "--consultant", name).exit_code == 0
    assert _site(file).consultants[1].name == name


def test_an_existing_pbx_gets_a_manager_s_secret_and_is_told_where_to_put_it(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    options = ("--pbx", "existing", "--hotline", "400", "--consultant", "陈晨=PJSIP/201", "--consultant", "李丽")
    result = _init(file, *options)
    assert result.exit_code == 0, result.output
    site = _site(file)
    assert site.pbx.mode is PbxMode.EXISTING
    assert [one.all_phones[0].dial for one in site.consultants] == ["PJSIP/201", "PJSIP/101"]
    secret = tmp_path / "ami.secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert f"secret = {secret.read_text(encoding='utf-8').strip()}" in result.output


def test_a_trunk_that_registers_asks_for_its_password_and_keeps_it_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    options = ("--trunk", "sip.example.com", "--trunk-user", "400", "--hotline", "400", "--consultant", "陈晨")
    assert "trunk.secret" in str(_init(file, *options).exception)
    rest = ("--name", "锦绣江南", "--language", "zh", "--zone", "Asia/Shanghai", "--country", "CN", "--area-code", "")
    given = (*options, *rest, "--pbx", "private", "--reception", "赵敏", "--hours", "09:00-21:00")
    result = _init(file, *given, answers="geheim-und-lang\n")
    assert result.exit_code == 0, result.output
    assert "geheim" not in result.output
    assert "geheim" not in file.read_text(encoding="utf-8")
    site = _site(file)
    assert site.trunks[0].register_with is not None
    assert site.trunks[0].register_with.secret_file.read_text(encoding="utf-8").strip() == "geheim-und-lang"
