"""`hotline fairness`: what became of every turn that was due (R27), over days, round by round."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
from router.store.calls.words import REASONS, word
from router.store.fairness.ledger import OPEN, RoundTurns, SheetLedger
from router.store.fairness.queries import Fairness, fairness
from router.store.fairness.shares import PersonShare
from router.store.fairness.words import COSTS_NO_TURN, MARKS, WHY
from router.texts import Language, Message, _, _n, language_of
from router.web.fairness.picture import Captions, rounds_picture

# field of PersonShare -> its heading
COUNTS: Mapping[str, Message] = MappingProxyType(
    {
        "offers": _("Offers"),
        "answered": _("Answered"),
        "late": _("Late"),
        "make_ups": _("Make-up"),
        "handed_over": _("Handed over"),
        "received": _("Received"),
        "new_customers": _("New customers"),
        "rang_out": _("Rang out"),
        "declined": _("Declined"),
        "let_ring_then_took": _("Let ring, then took"),
    }
)
GROUPS: Mapping[str, Message] = MappingProxyType({"call": _("Call group"), "reception": _("Reception group")})
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
    """What became of every turn that was due, what is unexplained first; then offers, answers, takeovers ..."""
    place = open_place(config, data)
    begin, end = _period(first, last, place)
    counted = _count(place, begin, end)
    words = language_of(language or place.site.site.language)
    if svg is not None:
        _write_picture(svg, counted, place, words)
    if as_json:
        click.echo(json.dumps(counted.as_json(), ensure_ascii=False, indent=1))
    else:
        _report(_console(), counted, place.names, words)


def _period(first: datetime | None, last: datetime | None, place: Place) -> tuple[date, date]:
    today = datetime.now(place.site.zone).date()
    begin = first.date() if first else (last.date() if last else today)
    end = last.date() if last else begin
    if end < begin:
        raise RequestError(
            _("--to %(end)s lies before --from %(begin)s", end=end, begin=begin), cure=_("change them over")
        )
    return begin, end


def _count(place: Place, begin: date, end: date) -> Fairness:
    three_rings = timedelta(milliseconds=place.site.desk_policy().three_rings_ms)
    with session_of(place) as session:
        return fairness(session, begin, end, place.site.zone, three_rings=three_rings)


def _write_picture(path: Path, counted: Fairness, place: Place, language: Language) -> None:
    captions = Captions(
        groups={group: word.render(language) for group, word in GROUPS.items()},
        marks={mark: word.render(language) for mark, (_shape, word) in MARKS.items()},
        nothing=_("No turns on these days.").render(language),
    )
    try:
        path.write_bytes(rounds_picture(counted.sheets, place.names, captions))
    except OSError as error:
        raise RequestError(
            _("%(path)s: %(strerror)s", path=path, strerror=error.strerror), cure=_("name a file that can be written")
        ) from error


# --- tables ----------------------------------------------------------------------------------------------------------


def _report(console: Console, counted: Fairness, names: Mapping[str, str], language: Language) -> None:
    unexplained = _n("turn unexplained", "turns unexplained", counted.unexplained)
    sums = _("%(due)s due, %(used)s used", due=counted.due, used=counted.used)
    console.print(f"{counted.unexplained} {unexplained.render(language)} · {sums.render(language)}")
    days = f"{counted.first} – {counted.last}" if counted.last != counted.first else f"{counted.first}"
    calls = _n(
        "%(num)s call, %(answered)s answered, %(missed)s missed",
        "%(num)s calls, %(answered)s answered, %(missed)s missed",
        counted.calls,
        answered=counted.answered,
        missed=counted.missed,
    )
    console.print(f"{days}  {calls.render(language)}")
    console.print(_ledger(counted.people, names, language))
    for share in counted.people:
        _say_reasons(console, share, names.get(share.person, share.person), language)
    console.print(_beside(counted.people, names, language))
    for sheet in counted.sheets:
        console.print(_rounds(sheet, names, language))


def _say_reasons(console: Console, share: PersonShare, name: str, language: Language) -> None:
    heads = {**{mark: word for mark, (_shape, word) in MARKS.items()}, "came_back": _("Came back")}
    for what, head in heads.items():
        if share.reasons.get(what):
            reasons = ", ".join(f"{_reason(why, language)} {n}" for why, n in share.reasons[what].most_common())
            console.print(f"{name} {head.render(language)}: {reasons}")


def _reason(why: str, language: Language) -> str:
    return (WHY.get(why) or word(REASONS, why)).render(language)


def _console() -> Console:
    """A wide page where the output goes to no terminal, so that no column is cut."""
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=WIDE)


def _ledger(people: Sequence[PersonShare], names: Mapping[str, str], language: Language) -> Table:
    """R27: what is unexplained, what was due, and how it ended."""
    marks = list(MARKS)
    heads = {mark: word for mark, (_shape, word) in MARKS.items()}
    columns = {marks[0]: heads.pop(marks[0]), "due": _("Turns due"), **heads}
    rows = [(share.person, [share.turns[name] for name in columns]) for share in people]
    return _table(rows, list(columns.values()), names, language)


def _beside(people: Sequence[PersonShare], names: Mapping[str, str], language: Language) -> Table:
    """Calls that cost no turn, by kind, and what else was counted."""
    rows = [
        (share.person, [share.no_turn[kind] for kind in COSTS_NO_TURN] + [getattr(share, name) for name in COUNTS])
        for share in people
    ]
    return _table(rows, [*COSTS_NO_TURN.values(), *COUNTS.values()], names, language)


def _table(
    rows: Sequence[tuple[str, Sequence[int]]], heads: Sequence[Message], names: Mapping[str, str], language: Language
) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(_("Consultant").render(language))
    for head in heads:
        table.add_column(head.render(language), justify="right", overflow="fold")
    for person, numbers in rows:
        table.add_row(names.get(person, person), *(str(number or "·") for number in numbers))
    return table


def _rounds(sheet: SheetLedger, names: Mapping[str, str], language: Language) -> Table:
    title = f"{sheet.slot_name} {GROUPS[sheet.group].render(language)}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column(_("Round").render(language), justify="right")
    for person in sheet.people:
        table.add_column(names.get(person, person), justify="center")
    for number in sheet.rounds:
        table.add_row(str(number), *(_cell(sheet.cells.get((number, person))) for person in sheet.people))
    return table


def _cell(cell: RoundTurns | None) -> str:
    if cell is None:
        return ""
    shapes = [MARKS[end.what.value][0] for end in cell.ends] + [MARKS[OPEN][0]] * cell.open
    return "".join([*shapes, *([MARKS["unexplained"][0]] if cell.unexplained else [])])
