"""A plan for one date in a file of its own: `date` and `slots` as in `[[plan]]`. May live here: reading it.

Mistakes are said like those of a site file: all at once, with line, what and cure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from router.config import checks
from router.config.document import Place
from router.config.load import SiteFileError, mistake_in, read_toml
from router.config.mending import read_site
from router.config.model import Site, SlotEntry
from router.config.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """What the file says: the slots, and the date if it names one."""

    day: date | None
    slots: tuple[SlotEntry, ...]


def load_plan(path: Path, site: Site) -> PlanFile:
    """Read a plan for the people of `site`; raises `SiteFileError` with every mistake (R1's refusals among them)."""
    document = read_toml(path, site.site.language)
    raw = dict(document.value)
    day = raw.pop("date", None)
    plan: dict[str, Any] = {"dates": [day] if day is not None else ["2000-01-01"], **raw}
    reading = read_site({"plan": [plan]}, path.absolute().parent)
    problems = list(reading.problems)
    if reading.site is not None:
        read = site.model_copy(update={"plans": reading.site.plans})
        found = checks.mistakes(read, _known(site))
        problems += [one for one in found if one.place[0] == "plan" and not one.rests_on(reading.broken)]
    if problems or reading.site is None:
        said = [mistake_in(path, document, problem, site.site.language) for problem in map(_in_the_file, problems)]
        raise SiteFileError(sorted(said, key=lambda mistake: mistake.line))
    made = reading.site.plans[0]
    return PlanFile(day=made.dates[0] if day is not None else None, slots=made.slots)


def _known(site: Site) -> checks.Known:
    return checks.Known(
        trunks=frozenset(trunk.name for trunk in site.trunks),
        consultants=frozenset(consultant.id for consultant in site.consultants),
    )


def _in_the_file(problem: Problem) -> Problem:
    """The same problem with the places that this file has: it is no list of plans."""
    return Problem(
        id=problem.id,
        place=_shorter(problem.place),
        values=problem.values,
        about=tuple(_places(problem.about)),
        other=_shorter(problem.other) if problem.other else None,
    )


def _places(places: tuple[Place, ...]) -> Iterator[Place]:
    return (_shorter(place) for place in places)


def _shorter(place: Place) -> Place:
    rest = place[2:]
    return ("date",) if rest[:1] == ("dates",) else rest
