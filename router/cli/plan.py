"""`hotline plan`: who is on call on a day, and publishing it (R1). May live here: these commands and their words."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from router.cli.accounts import who
from router.cli.options import place_options
from router.cli.settings import Place, open_place
from router.cli.site_changes import opened
from router.cli.take_over import have_taken_over
from router.config.model import Site
from router.config.office import plain_slots
from router.config.plan import Counting, PlanOrigin, plan_that_counts
from router.config.plan_file import load_plan
from router.errors import RequestError
from router.store.office.plans import plan_version
from router.store.office.plans import publish as publish_plan
from router.store.office.queries import plan_of_day
from router.texts import _

ORIGINS = {
    PlanOrigin.PUBLISHED: _("published"),
    PlanOrigin.STANDING: _("the standing plan"),
    PlanOrigin.EARLIER: _("nothing is published: going on with that of %(of)s"),
    PlanOrigin.NONE: _("there is no plan: nobody is rung"),
}
TEXTS = {
    "no-slots": _("no slots: nobody is rung on that day"),
    "groups": _("call %(call)s / reception %(reception)s"),
    "continues": _(" (goes on)"),
    "no-date": _("no date: write date = 2026-12-01, or use --date"),
    "past": _("%(day)s is over"),
    "in-place-of": _("in place of: %(origin)s"),
    "running": _("the slot that runs now goes on as it is, only its end may change"),
    "sure": _("publish it?"),
    "published": _("published for %(day)s"),
}


class NoDateError(RequestError):
    """A plan is published for a date, and for one that is not over."""

    id = "plan-date"


@click.group(name="plan")
def command() -> None:
    """Who is on call on a day: show it, or publish it."""


DATE = click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The date; without one, today.")


@command.command()
@place_options
@DATE
def show(config: Path | None, data: Path, day: datetime | None) -> None:
    """Show the plan that counts for a date, and where it comes from."""
    place = open_place(config, data)
    wanted = day.date() if day else datetime.now(place.site.zone).date()
    plan = plan_that_counts(place.site, place.published, wanted)
    click.echo(f"{wanted}  {_origin(plan, place.site)}")
    _draw(plan, place.site)


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@place_options
@DATE
@click.option("--yes", is_flag=True, help="Do not ask.")
def publish(file: Path, config: Path | None, data: Path, day: datetime | None, *, yes: bool) -> None:
    """Publish the plan in FILE: TOML with `date` and `slots`, as a [[plan]] of the site file has them.

    It is shown first. Slots that overlap, people who are named twice in a slot or do not work here are refused, each
    with its line. What was published before for the date stays on record.

    Exit status: 0 published, 1 not (the answer was no), 2 refused or unreadable.
    """
    place = open_place(config, data)
    site = place.site
    plan = load_plan(file, site)
    wanted = _date(day.date() if day else plan.day, site)
    with opened(place) as session:
        before, seen = plan_of_day(session, site, wanted), plan_version(session, wanted)
        new = plan_that_counts(site, {wanted: plan.slots}, wanted)
        click.echo(f"{wanted}  {_said('in-place-of', site, origin=_origin(before, site))}")
        _draw(new, site)
        if wanted == datetime.now(site.zone).date():
            click.echo(_said("running", site))
        if not yes and not click.confirm(_said("sure", site)):
            raise SystemExit(1)
        publish_plan(session, site, wanted, plan.slots, by=who(), seen=seen)
        session.commit()
    click.echo(_said("published", site, day=wanted))
    click.echo(_tell_the_engine(place))


def _date(day: date | None, site: Site) -> date:
    if day is None:
        raise NoDateError(_said("no-date", site))
    if day < datetime.now(site.zone).date():
        raise NoDateError(_said("past", site, day=day))
    return day


def _tell_the_engine(place: Place) -> str:
    return "\n".join(have_taken_over(place, ()))


def _said(text: str, site: Site, **values: object) -> str:
    return TEXTS[text].fill(**values).render(site.site.language)


def _origin(plan: Counting, site: Site) -> str:
    return ORIGINS[plan.origin].fill(of=plan.of).render(site.site.language)


def _draw(plan: Counting, site: Site) -> None:
    names = {consultant.id: consultant.name for consultant in site.consultants}
    for slot in plain_slots(plan.entries):
        orders = {
            group: " → ".join(names.get(person, person) for person in slot[group]) or "–"
            for group in ("call", "reception")
        }
        goes_on = _said("continues", site) if slot["continues"] else ""
        groups = _said("groups", site, **orders)
        click.echo(f"  {slot['from']}–{slot['to']}  {slot['name']}{goes_on}  {groups}")
    if not plan.entries:
        click.echo(f"  {_said('no-slots', site)}")
