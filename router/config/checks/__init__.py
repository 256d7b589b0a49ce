"""What must fit together in a site file. May live here: the order of the checks; each area has a module of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from router.config.checks import names, pbx, people, secrets, warnings
from router.config.checks.names import Known
from router.config.model import Site
from router.config.problems import Problem

__all__ = ["Known", "mistakes", "remarks"]


def mistakes(site: Site, known: Known) -> Iterator[Problem]:
    """Everything for which the site is refused."""
    yield from names.check(site, known)
    yield from people.check(site, known)
    yield from pbx.check(site)
    yield from secrets.check(site)


def remarks(site: Site, file: Path) -> Iterator[Problem]:
    """What is not wrong, but worth a look."""
    yield from warnings.check(site, file)
