"""`hotline config`: check, defaults, explain."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from router.cli.config import command
from router.config.drawing import commented_file
from router.errors import ConfigurationError
from tests.config.changed import SITE


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_every_mistake_is_named_and_the_status_is_2(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[site]\nzone = "nowhere"\n[web]\nbind = "x"\n', encoding="utf-8")
    result = _run("check", str(path))
    assert result.exit_code == 2
    assert result.stdout == ""
    first, second, *warnings, last = result.stderr.splitlines()
    assert first.startswith(f"{path}:2: site.zone: ")
    assert second.startswith(f"{path}:4: web.bind: ")
    assert all(line.startswith("提醒：") for line in warnings)
    assert last.startswith("2 处错误")


def test_a_site_that_can_be_used_ends_with_0() -> None:
    result = _run("check", str(SITE))
    assert result.exit_code == 0
    assert "锦绣江南售楼处：顾问 4 人" in result.stdout


def test_an_english_site_is_told_in_english(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text('[site]\nname = "Office"\nlanguage = "en"\n', encoding="utf-8")
    result = _run("check", str(path))
    assert result.exit_code == 0
    assert "Office: 0 consultants" in result.stdout
    assert "worth a look: " in result.stderr


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    result = _run("check", str(tmp_path / "none.toml"))
    assert result.exit_code == 2
    assert "no such file" in result.stderr


def test_defaults_prints_the_commented_file() -> None:
    assert _run("defaults").output == commented_file()


def test_a_setting_and_a_table_are_explained() -> None:
    assert "rings = 3" in _run("explain", "policy.rings").output
    assert "max_wait_seconds" in _run("explain", "policy").output
    assert isinstance(_run("explain", "policy.colour").exception, ConfigurationError)
