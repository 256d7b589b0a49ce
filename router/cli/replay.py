"""`hotline replay DATE`: a recorded day through the desk again, and what differs (R17)."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from router.cli.day import bounds_ms, journal_of, progress_of
from router.cli.options import place_options
from router.cli.settings import open_place
from router.engine.replay import Difference, Replayed, replay_day
from router.masking import mask

NUMBER = re.compile(r'"(\+?\d{7,})"')  # whatever looks like one is masked, wherever it stands
SHOWN = 20  # what follows from one difference can be thousands


@click.command(name="replay")
@click.argument("day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]))
@place_options
@click.option("--all", "show_all", is_flag=True, help=f"List every difference, not only the first {SHOWN}.")
def command(day: datetime, config: Path | None, data: Path, *, show_all: bool) -> None:
    """Run what was recorded on DATE (the site's day) through the rules again and compare every answer.

    The engine may go on meanwhile. Exit status: 0 no difference, 1 some, 2 the day or the journal can't be read.
    """
    place = open_place(config, data)
    with journal_of(place, day.date()) as reader, progress_of("replaying") as progress:
        replayed = replay_day(reader, *bounds_ms(place, day.date()), progress)
    _report(day.date().isoformat(), replayed, place.site.zone, SHOWN if not show_all else None)
    raise SystemExit(1 if replayed.differences else 0)


def _report(day: str, replayed: Replayed, zone: ZoneInfo, shown: int | None) -> None:
    for difference in replayed.differences[:shown]:
        for line in _lines(difference, zone):
            click.echo(line)
    count = len(replayed.differences)
    if shown is not None and count > shown:
        click.echo(f"... and {count - shown} more (--all lists them)")
    told = (
        f"{day}: {replayed.inputs} inputs, {replayed.items} answers, {replayed.snapshots} snapshots, "
        f"{replayed.policies} policies replayed: "
    )
    click.echo(told + (f"{count} differ" if count else "no difference"))
    if replayed.earlier:
        click.echo(
            f"{replayed.earlier} of them were recorded by an earlier version, under its rules: they stand as they are"
        )


def _lines(difference: Difference, zone: ZoneInfo) -> list[str]:
    at = datetime.fromtimestamp(difference.at_ms / 1000, zone).strftime("%H:%M:%S.%f")[:-3]
    return [
        f"{at}  event {difference.seq} {difference.event}: {difference.part}",
        f"    expected {_short(difference.expected)}",
        f"    got      {_short(difference.got)}",
    ]


def _short(value: object) -> str:
    text = NUMBER.sub(lambda found: f'"{mask(found[1])}"', json.dumps(value, ensure_ascii=False))
    return text if len(text) <= 400 else text[:400] + "…"
