"""`hotline plan`: shown, previewed, refused with lines, published; the newest of a date counts (R1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from router.cli.plan import command
from router.config.load import SiteFileError
from tests.cli.place import Office

TOMORROW = (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)).date()
SLOTS = """
slots = [
  { name = "白班", from = "09:00", to = "12:00", call = ["B", "A"], reception = ["C"] },
  { name = "晚班", from = "12:00", to = "24:00", continues = true, call = ["A"], reception = [] },
]
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan for tomorrow."""
    path = tmp_path / "plan.toml"
    path.write_text(f"date = {TOMORROW}{SLOTS}", encoding="utf-8")
    return path


def test_a_plan_is_shown_then_published_and_counts(site: Office, plan: Path) -> None:
    result = site.run(command, "publish", str(plan), "--yes")
    assert result.exit_code == 0, result.output
    assert "代替：常设排班" in result.output
    assert "09:00–12:00  白班  接电 李丽 → 陈晨 ／ 接待 王伟" in result.output
    assert "接着上一时段" in result.output
    shown = site.run(command, "show", "--date", str(TOMORROW))
    assert f"{TOMORROW}  已发布" in shown.output
    assert "李丽 → 陈晨" in shown.output
    assert "常设排班" in site.run(command, "show").output


def test_who_does_not_say_yes_publishes_nothing(site: Office, plan: Path) -> None:
    assert site.run(command, "publish", str(plan)).exit_code == 1
    assert "常设排班" in site.run(command, "show", "--date", str(TOMORROW)).output


def test_every_mistake_is_said_with_its_line(site: Office, plan: Path) -> None:
    text = plan.read_text(encoding="utf-8")
    text = (
        text.replace('["B", "A"]', '["B", "A", "B"]')
        .replace('["C"]', '["X"]')
        .replace('from = "12:00"', 'from = "11:00"')
    )
    plan.write_text(text, encoding="utf-8")
    result = site.run(command, "publish", str(plan), "--yes")
    assert isinstance(result.exception, SiteFileError)
    assert [(one.line, one.id) for one in result.exception.mistakes] == [
        (3, "person-twice"),
        (3, "unknown-consultant"),
        (4, "slots-overlap"),
    ]
    assert "slots[1].call[3]" in str(result.exception)


def test_a_plan_needs_a_date_that_is_not_over(site: Office, plan: Path) -> None:
    plan.write_text(SLOTS, encoding="utf-8")
    assert "--date" in str(site.run(command, "publish", str(plan), "--yes").exception)
    assert "已经过去" in str(site.run(command, "publish", str(plan), "--yes", "--date", "2026-01-01").exception)
    assert site.run(command, "publish", str(plan), "--yes", "--date", str(TOMORROW)).exit_code == 0


def test_a_day_without_slots_is_closed(site: Office, plan: Path) -> None:
    plan.write_text(f"date = {TOMORROW}\nslots = []\n", encoding="utf-8")
    result = site.run(command, "publish", str(plan), "--yes")
    assert "这一天不响任何人" in result.output
    assert "已发布" in site.run(command, "show", "--date", str(TOMORROW)).output


def test_a_day_without_any_plan_says_whose_goes_on(site: Office, plan: Path) -> None:
    site.on_a_page(lambda office: office["plan"].clear())
    assert "没有排班" in site.run(command, "show").output
    site.run(command, "publish", str(plan), "--yes")
    after = TOMORROW + timedelta(days=2)
    assert f"未发布，沿用 {TOMORROW} 的排班" in site.run(command, "show", "--date", str(after)).output
