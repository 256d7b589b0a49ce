"""Reading a site that has mistakes in it, so that everything else wrong with it is found in the same go.

The theory: pydantic names what is wrong with single values at once, but looks at no table with a wrong value in it, and
our checks across tables need a whole site. So what is wrong is taken out (or, where something must stand, replaced by
the example of the table of settings), its place noted as broken, and the site read again, until it can be read. What is
found wrong then is said only if it does not rest on a broken place. May live here: that, and no text.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from router.config.document import Place
from router.config.model import Site
from router.config.problems import Problem, names_of, problem_of
from router.config.settings import find

MOST_PASSES = 12  # each pass mends a layer; tables are four layers deep at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A site as far as it can be read (None: not at all), what is wrong, and where it was mended to go on."""

    site: Site | None
    problems: tuple[Problem, ...]
    broken: frozenset[Place]


def read_site(raw: Mapping[str, Any], folder: Path) -> Reading:
    """Read the values of a site file; relative paths in it begin in `folder`."""
    value, problems, broken = copy.deepcopy(dict(raw)), list[Problem](), set[Place]()
    site = None
    for _ in range(MOST_PASSES):
        try:
            site = Site.model_validate(value, context={"folder": folder})
            break
        except ValidationError as error:
            errors = [(details, problem_of(details)) for details in error.errors(include_url=False)]
        broken.update(_misspelt(value, errors))
        known = frozenset(broken)
        for details, problem in errors:
            again = problem.rests_on(known)
            if not again:
                problems.append(problem)
            _mend(value, details, problem, again=again)
            broken.update(problem.about)
    return Reading(site=site, problems=tuple(problems), broken=frozenset(broken))


def _misspelt(value: dict[str, Any], errors: Sequence[tuple[ErrorDetails, Problem]]) -> Iterator[Place]:
    """The keys that unknown keys were meant to be: that they are missing is not said beside "did you mean"."""
    for _, problem in errors:
        meant = problem.values.get("meant")
        if problem.id == "unknown-key" and meant and meant not in (_parent(value, problem.place) or ()):
            yield (*problem.place[:-1], meant)


def _mend(value: dict[str, Any], details: ErrorDetails, problem: Problem, *, again: bool) -> None:
    """Take out what is wrong; where that does not help (`again`), or something is missing, put an example there."""
    if details["type"] == "missing":
        _put(value, problem.place)
        return
    for place in problem.about:
        _take_out(value, place)
    if again:
        _put(value, problem.about[0])


def _parent(value: Any, place: Place) -> Any:
    for part in place[:-1]:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None  # mended away already
    return value


def _take_out(value: dict[str, Any], place: Place) -> None:
    parent = _parent(value, place)
    if isinstance(parent, dict):
        parent.pop(place[-1], None)
    elif isinstance(parent, list) and isinstance(place[-1], int) and place[-1] < len(parent):
        parent[place[-1]] = _example_element(place)  # the others keep their numbers


def _put(value: dict[str, Any], place: Place) -> None:
    parent = _parent(value, place)
    if isinstance(parent, dict):
        parent[place[-1]] = _example(place)


def _example(place: Place) -> Any:
    setting = find(names_of(place))
    return tomllib.loads(f"x = {setting.value}")["x"] if setting else {}


def _example_element(place: Place) -> Any:
    example = _example(place)
    is_text = isinstance(example, list) and not any(isinstance(one, dict) for one in example)
    return (example[0] if example else "A") if is_text else {}
