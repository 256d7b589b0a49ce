"""`hotline fairness`: who was offered and got how many turns, over days, round by round."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import click
from rich.console import Console
from rich.table import Table

from router.cli.database import session_of
from router.cli.options import place_options
from router.cli.settings import Place, open_place
from router.errors import RequestError
from router.store.calls.explain import REASONS
from router.store.fairness.queries import Fairness, fairness
from router.store.fairness.rounds import SheetRounds
from router.store.fairness.shares import PersonShare
from router.web.fairness.picture import Captions, rounds_picture

# field of PersonShare -> its heading
HEADS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "due": ("应得", "due"),
        "got": ("实得", "got"),
        "drift": ("差", "drift"),
        "offers": ("派接", "offers"),
        "answered": ("接听", "answered"),
        "late": ("迟接", "late"),
        "make_ups": ("补接", "make-ups"),
        "substitutions": ("代接", "substit."),
        "takeovers": ("接替", "takeovers"),
        "handed_over": ("转出", "handed over"),
        "received": ("转入", "received"),
        "new_customers": ("新客户", "new cust."),
        "rang_out": ("三声未接", "rang out"),
        "declined": ("拒接", "declined"),
        "let_ring_then_took": ("疑抢客户", "let ring, took"),
    }
)
MARKS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "done": ("✓", "已接", "done"),
        "forfeited": ("✕", "轮空", "forfeited"),
        "lapsed": ("⊘", "过轮未补", "lapsed"),
        "lost": ("–", "未轮到", "lost in silence"),
        "open": ("○", "待接", "due"),
    }
)
GROUPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"call": ("接电组", "call group"), "reception": ("接待组", "reception group")}
)
WIDE = 200  # columns


@click.command(name="fairness")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day. [today]")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day, included. [the first day]")
@place_options
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Write the picture of rounds × people.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the tables. [the site's]")
def command(
    *,
    first: datetime | None,
    last: datetime | None,
    config: Path | None,
    data: Path,
    as_json: bool,
    svg: Path | None,
    language: str | None,
) -> None:
    """Count, per person: turns due and got, offers, answers, forfeits with reasons, takeovers ..."""
    place = open_place(config, data)
    begin, end = _period(first, last, place)
    counted = _count(place, begin, end)
    which = 0 if (language or place.site.site.language) == "zh" else 1
    if svg is not None:
        _write_picture(svg, counted, place, which)
    if as_json:
        click.echo(json.dumps(counted.as_json(), ensure_ascii=False, indent=1))
    else:
        _report(_console(), counted, place.names, which)


def _period(first: datetime | None, last: datetime | None, place: Place) -> tuple[date, date]:
    today = datetime.now(place.site.zone).date()
    begin = first.date() if first else (last.date() if last else today)
    end = last.date() if last else begin
    if end < begin:
        raise RequestError(f"--to {end} lies before --from {begin}", cure="change them over")
    return begin, end


def _count(place: Place, begin: date, end: date) -> Fairness:
    three_rings = timedelta(milliseconds=place.site.desk_policy().three_rings_ms)
    with session_of(place) as session:
        return fairness(session, begin, end, place.site.zone, three_rings=three_rings)


def _write_picture(path: Path, counted: Fairness, place: Place, which: int) -> None:
    captions = Captions(
        groups={group: both[which] for group, both in GROUPS.items()},
        marks={mark: words[which + 1] for mark, words in MARKS.items()},
        nothing=("这些天没有轮次。", "No turns on these days.")[which],
    )
    try:
        path.write_bytes(rounds_picture(counted.sheets, place.names, captions))
    except OSError as error:
        raise RequestError(f"{path}: {error.strerror}", cure="name a file that can be written") from error


# --- tables ----------------------------------------------------------------------------------------------------------


def _report(console: Console, counted: Fairness, names: Mapping[str, str], which: int) -> None:
    calls = ("来电 {} 已接 {} 未接 {}", "calls {} answered {} missed {}")[which]
    days = f"{counted.first} – {counted.last}" if counted.last != counted.first else f"{counted.first}"
    console.print(f"{days}  {calls.format(counted.calls, counted.answered, counted.missed)}")
    console.print(_people(counted.people, names, which))
    for share in counted.people:
        if share.forfeits:
            reasons = ", ".join(f"{_reason(why, which)} {count}" for why, count in share.forfeits.most_common())
            console.print(f"{('轮空', 'forfeited')[which]} {names.get(share.person, share.person)}: {reasons}")
    for sheet in counted.sheets:
        console.print(_rounds(sheet, names, which))
    largest = counted.largest
    if largest is None:
        console.print(("没有人偏离应得轮次。", "Nobody was off what they were due.")[which])
    else:
        where = (
            f"{largest.slot_name} {GROUPS[largest.group][which]} {('第{}轮', 'round {}')[which].format(largest.round)}"
        )
        name = names.get(largest.person, largest.person)
        console.print(f"{('最大偏差', 'largest drift')[which]}: {name} {largest.turns:+d} ({where})")


def _console() -> Console:
    """A wide page where the output goes to no terminal, so that no column is cut."""
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=WIDE)


def _reason(why: str, which: int) -> str:
    return MARKS["lapsed"][which + 1] if why == "lapsed" else REASONS.get(why, (why, why))[which]


def _people(people: list[PersonShare], names: Mapping[str, str], which: int) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(("顾问", "who")[which])
    for both in HEADS.values():
        table.add_column(both[which], justify="right", overflow="fold")
    for share in people:
        table.add_row(names.get(share.person, share.person), *(str(getattr(share, name) or "·") for name in HEADS))
    return table


def _rounds(sheet: SheetRounds, names: Mapping[str, str], which: int) -> Table:
    title = f"{sheet.slot_name} {GROUPS[sheet.group][which]}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column(("轮", "round")[which], justify="right")
    for person in sheet.people:
        table.add_column(names.get(person, person), justify="center")
    for number in sheet.rounds:
        cells = (sheet.cells.get((number, person)) for person in sheet.people)
        table.add_row(
            str(number), *((MARKS[c.mark][0] + (str(c.got) if c.got > 1 else "") if c else "") for c in cells)
        )
    table.add_row(("差", "drift")[which], *(f"{drift:+d}" if (drift := sheet.drift(p)) else "0" for p in sheet.people))
    return table
