"""`hotline whatif DATE`: the same day's arrivals under another policy or order, as a comparison."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import yaml
from rich.console import Console
from rich.table import Table

from router.cli.day import bounds_ms, journal_of, progress_of
from router.cli.options import place_options
from router.cli.settings import Place, open_place
from router.core.words import Group, Millis, PersonId
from router.engine.replay import desk_before, entries_between
from router.engine.snapshot import office_from, state_of
from router.simulate.model import NOT_THE_DESKS, policy_values
from router.simulate.other_day import ChangedRules, NewOrder, OtherDay, WhatIfError, other_day
from router.simulate.outcomes import Outcomes, Share
from router.simulate.recorded_day import RecordedDay
from router.texts import _

MODEL = (
    "People are taken to do with each call what they did with it that day, else what they did with the ring of theirs "
    "nearest in time; callers wait and talk as long as they did (docs/explaining.md)."
)


@click.command(name="whatif")
@click.argument("day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--policy", "policies", multiple=True, metavar="KEY=VALUE", help="A policy of the rules: rings=4.")
@click.option(
    "--order",
    "orders",
    multiple=True,
    metavar="SLOT:GROUP:A,B",
    help="An order: SLOT by its name or its start: 09:00:call:li,chen.",
)
@place_options
@click.option("--all", "show_all", is_flag=True, help="List every call, not only those that change hands.")
@click.option("--json", "as_json", is_flag=True, help="Print both days in full as JSON.")
def command(
    *,
    day: datetime,
    policies: tuple[str, ...],
    orders: tuple[str, ...],
    config: Path | None,
    data: Path,
    show_all: bool,
    as_json: bool,
) -> None:
    """Play the arrivals of DATE under another policy or order, and compare who would have got which call.

    A day that was not can only be modelled: the output says how, and how well the model repeats the day as it was.
    """
    if not policies and not orders:
        raise click.UsageError("nothing is different: give --policy KEY=VALUE or --order SLOT:GROUP:A,B,C")
    place = open_place(config, data)
    change = ChangedRules(
        policy=_policy(policies), orders=[_order(text) for text in orders], slot_start=_slot_start(place.site.zone)
    )
    recorded, same, other = _three_days(place, day, change)
    if as_json:
        click.echo(json.dumps(_as_data(recorded, same, other), ensure_ascii=False, indent=1))
    else:
        _report(Console(highlight=False, markup=False), (recorded, same, other), place, show_all=show_all)


def _three_days(place: Place, day: datetime, change: ChangedRules) -> tuple[Outcomes, OtherDay, OtherDay]:
    """The day as recorded, as the model repeats it, and under the change."""
    start, end = bounds_ms(place, day.date())
    with journal_of(place, day.date()) as reader, progress_of("replaying") as progress:
        first = reader.first_seq_at(start)
        before = state_of(desk_before(reader, first, progress).office)
        recorded = RecordedDay(office_from(before).policy)
        recorded.read(entries_between(reader, first, reader.first_seq_at(end)))
    same = other_day(office_from(before), recorded, ChangedRules(), start, end)
    return recorded.outcomes, same, other_day(office_from(before), recorded, change, start, end)


def _policy(texts: tuple[str, ...]) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise WhatIfError(_("--policy %(text)s: KEY=VALUE is needed", text=text), cure=_("write it like rings=4"))
        if key in NOT_THE_DESKS:
            raise WhatIfError(
                _("--policy %(key)s decides nothing about who is rung", key=key), cure=_("name one of the rules' own")
            )
        try:
            raw[key] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise WhatIfError(
                _("--policy %(text)s: %(why)s", text=text, why=str(error)),
                cure=_("write the value as in a scenario file"),
            ) from error
    return policy_values(raw)


def _order(text: str) -> NewOrder:
    slot, _sign, rest = text.rpartition(":")
    slot, _sign, group = slot.rpartition(":")
    people = tuple(PersonId(person.strip()) for person in rest.split(",") if person.strip())
    if not slot or group not in set(Group) or not people:
        raise WhatIfError(
            _("--order %(text)s: SLOT:GROUP:A,B,C is needed", text=text), cure=_("GROUP is call or reception")
        )
    return NewOrder(slot=slot, group=Group(group), order=people)


def _slot_start(zone: ZoneInfo) -> Any:
    def start(at: Millis) -> str:
        return datetime.fromtimestamp(at / 1000, zone).strftime("%H:%M")

    return start


# --- showing ---------------------------------------------------------------------------------------------------------


def _as_data(recorded: Outcomes, same: OtherDay, other: OtherDay) -> dict[str, Any]:
    return {
        "model": MODEL,
        "recorded": recorded.as_json(),
        "modelled": same.outcomes.as_json(),
        "other": other.outcomes.as_json(),
        "left_out": [
            {"at": at, "input": type(told).__name__, "call": getattr(told, "call", None), "why": why}
            for at, told, why in other.left_out
        ],
    }


def _report(console: Console, days: tuple[Outcomes, OtherDay, OtherDay], place: Place, *, show_all: bool) -> None:
    recorded, same, other = days
    console.print(_calls(recorded, same.outcomes, other.outcomes, place, show_all=show_all))
    console.print(_people(recorded, other.outcomes, place))
    repeated = sum(same.outcomes.calls[call].words == was.words for call, was in recorded.calls.items())
    changed = sum(other.outcomes.calls[call].words != was.words for call, was in recorded.calls.items())
    console.print(f"{changed} of {len(recorded.calls)} calls change hands. {MODEL}", soft_wrap=True)
    console.print(
        f"Under the day's own rules the model gives {repeated} of {len(recorded.calls)} calls to whom they went; "
        "the others are marked ≈.",
        soft_wrap=True,
    )
    if other.left_out:
        console.print(f"{len(other.left_out)} things that happened could not happen here and were left out (--json).")


def _calls(recorded: Outcomes, same: Outcomes, other: Outcomes, place: Place, *, show_all: bool) -> Table:
    names = place.names
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("", "time", "call", "as it was", "turn", "would have been", "turn"):
        table.add_column(head)
    for call, was in recorded.calls.items():
        then = other.calls[call]
        if not show_all and then.words == was.words:
            continue
        at = datetime.fromtimestamp(was.arrived / 1000, place.site.zone).strftime("%H:%M:%S")
        mark = "" if same.calls[call].words == was.words else "≈"
        was_who, then_who = names.get(was.words, was.words), names.get(then.words, then.words)
        table.add_row(mark, at, call, was_who, was.turn, then_who, then.turn)
    return table


def _people(recorded: Outcomes, other: Outcomes, place: Place) -> Table:
    names = place.names
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    counted = list(asdict(Share()))
    for head in ("who", *(name.replace("_", " ") for name in counted)):
        table.add_column(head, justify="left" if head == "who" else "right")
    for person in sorted({*recorded.people, *other.people}):
        was, then = asdict(recorded.share(person)), asdict(other.share(person))
        cells = [str(was[name]) if was[name] == then[name] else f"{was[name]}→{then[name]}" for name in counted]
        table.add_row(names.get(person, person), *cells)
    return table
