"""`hotline backfill`: reconcile many dates at once, with a bar. May live here: the command's options and output."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.orm import Session

from router.cli.night import night_of
from router.cli.options import place_options
from router.cli.settings import open_place
from router.reconcile.findings import Report
from router.reconcile.night import Night, days_between
from router.store.findings.runs import days_done

BACKFILL = "backfill"


@click.command(name="backfill")
@click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The first date.")
@click.option("--to", "last", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last date.")
@click.option("--again", is_flag=True, help="Also the dates that a backfill has done already.")
@place_options
def command(first: datetime, last: datetime, again: bool, config: Path | None, data: Path) -> None:
    """Reconcile every date from one to another and put the findings on record.

    May be stopped at any moment and started again: it goes on with the dates that are not done.
    """
    with night_of(open_place(config, data)) as night:
        days = days_between(first.date(), last.date())
        done = set() if again else _done(night, days)
        left = [day for day in days if day not in done]
        if done:
            click.echo(f"· {len(done)} of {len(days)} dates were done before (--again does them again)", err=True)
        found = backfill(night, left)
        click.echo(f"{len(left)} dates reconciled, {found} findings")


def _done(night: Night, days: list[date]) -> set[date]:
    with Session(night.database) as session:
        return days_done(session, days[0], days[-1], by=BACKFILL)


def backfill(night: Night, days: list[date]) -> int:
    """Reconcile the dates in order, showing a bar on standard error; returns how many findings there are."""
    found = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(str(days[0]) if days else "", total=len(days))

        def told(report: Report) -> None:
            nonlocal found
            found += len(report.findings)
            progress.update(task, advance=1, description=report.date)

        night.run(days, by=BACKFILL, told=told)
    return found
