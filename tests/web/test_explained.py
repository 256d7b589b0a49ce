"""来电 and 轮次公平 on a recorded morning: who rang, who rang out, who let go and then took; and who may see it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from router.core.words import Account
from router.store.fairness.ledger import Ended, RoundTurns, SheetLedger
from router.web.fairness.picture import Captions, rounds_picture
from tests.store.day import DAY
from tests.web.recorded import app_on_the_morning
from tests.web.test_board import _sign_in


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The pages after the morning."""
    app = app_on_the_morning(tmp_path_factory.mktemp("morning"))
    yield app
    app.extensions["hotline"]["sessions"].get_bind().dispose()


def _as(morning: Flask, role: str) -> FlaskClient:
    client = morning.test_client()
    assert _sign_in(client, role) == 302
    return client


def _text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_the_day_tells_a_missed_call_from_a_phone_that_rang_out(morning: Flask) -> None:
    text = _text(_as(morning, "supervisor"), f"/calls?date={DAY}")
    rows = re.findall(r"<tr>.*?</tr>", text, re.DOTALL)
    first = next(row for row in rows if "calls/c1" in row)
    assert "已接" in first
    assert "接替" in first
    assert re.search(r'✕<bdi class="person">陈晨</bdi>', first), "her phone rang out, though the call was answered"
    assert "李丽" not in first, "answered elsewhere is not missed"
    last = next(row for row in rows if "calls/c4" in row)
    assert "✕未接" in last
    assert "客户先挂" in last
    assert "陈晨" not in last, "the caller gave up before three rings: nobody let it ring out"


def test_who_let_a_call_go_and_then_took_its_customer_is_marked_for_the_supervisor_alone(morning: Flask) -> None:
    supervisor = _as(morning, "supervisor")
    assert "▲疑抢客户" in _text(supervisor, f"/calls?date={DAY}")
    page = _text(supervisor, "/calls/c1")
    assert "疑抢客户：陈晨 三声未接此来电，后来填了来电表" in page
    assert "疑抢客户：李丽 拒接此来电，后来被转交该客户" in _text(supervisor, "/calls/c2")
    assert "疑抢客户" not in _text(_as(morning, "consultant"), "/calls/c1")
    assert "疑抢客户" not in _text(_as(morning, "secretary"), f"/calls?date={DAY}")


def test_a_call_is_drawn_and_told_with_the_sheet_as_it_was(morning: Flask) -> None:
    page = _text(_as(morning, "manager"), "/calls/c1")
    svgs = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(svgs) == 2
    for svg in svgs:
        drawn = ET.fromstring(svg)  # noqa: S314  (our own page)
        assert len([one for one in drawn.iter() if one.get("class", "").startswith("bar-")]) == 4
        assert [one for one in drawn.iter() if one.get("class") == "bar-rang_out"]
        assert [one for one in drawn.iter() if one.get("class") == "three-rings"]
        assert "style" not in svg
    assert "+00:15.0" in page
    assert "接电组 陈晨 轮空：三声未接" in page
    assert "R6 R11" in page
    assert re.search(r"接电组 1 <bdi>陈晨</bdi> 待接", page)


def test_fairness_is_for_supervisor_and_manager(morning: Flask) -> None:
    assert morning.test_client().get("/reports/fairness").status_code == 302
    for role in ("consultant", "secretary", "administrator"):
        client = _as(morning, role)
        assert client.get("/reports/fairness").status_code == 403
        assert client.get("/reports/fairness.svg").status_code == 403
    assert _as(morning, "manager").get("/reports/fairness").status_code == 200


def test_fairness_counts_the_morning(morning: Flask) -> None:
    page = _text(_as(morning, "supervisor"), f"/reports/fairness?from={DAY}&to={DAY}")
    chen = next(row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if "陈晨</bdi></td>" in row)
    cells = {head: count for head, count in re.findall(r'data-head="([^"]+)"[^>]*>([^<]*)', chen) if count != "0"}
    came_back = cells.pop("退回")
    assert cells == {"应得": "2", "自身轮空": "1", "待接": "1", "为什么": "自身轮空: 三声未接 1"}
    assert all(why in came_back for why in ("客户点名 1", "其他事务 1", "客户先挂 1"))
    said = re.sub(r"<[^>]+>|\s+", " ", page[page.index('class="verdict') :])
    assert "0 次轮次未解释" in " ".join(said.split())[:60]
    assert page.index("次轮次未解释") < page.index("<h1"), "what is unexplained is said first"
    assert "/reports/fairness.svg?from=2026-11-24" in page
    empty = _text(_as(morning, "supervisor"), "/reports/fairness?from=nonsense&to=2020-01-01")
    assert "这些天没有轮次" in empty


def test_the_picture_of_rounds_is_an_svg_with_the_names_as_text(morning: Flask) -> None:
    answer = _as(morning, "supervisor").get(f"/reports/fairness.svg?from={DAY}&to={DAY}")
    assert answer.mimetype == "image/svg+xml"
    ET.fromstring(answer.data)  # noqa: S314  (our own picture)
    text = answer.get_data(as_text=True)
    assert "陈晨" in text
    assert "白班" in text


def test_a_name_of_markup_and_formulas_is_drawn_as_it_is() -> None:
    began = datetime(2026, 11, 24, 9, tzinfo=UTC)
    sheet = SheetLedger(started_at=began, slot_name="$\\frac{1}{0}$", group="call", people=["A"])
    used = Ended(what=Account.USED, why="", call_id=None, at=began)
    sheet.cells[1, "A"] = RoundTurns(due=1, ends=[used])
    captions = Captions(groups={}, marks={}, nothing="")
    drawn = rounds_picture([sheet], {"A": "<script>$x$</script>"}, captions)
    texts = [text for one in ET.fromstring(drawn).iter() if (text := (one.text or "").strip())]  # noqa: S314  (ours)
    assert "<script>$x$</script>" in texts
    assert any("frac" in text for text in texts)
