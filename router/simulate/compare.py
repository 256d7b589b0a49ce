"""Expected against actual (DOMAIN 10). May live here: the comparison of a case's expectations with its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.simulate.model import Case
from router.simulate.play import Result


def differences(case: Case, result: Result) -> list[str]:
    """What differs from what the case expects, in words; empty when all is as expected."""
    if result.error:
        return [result.error]
    said = _trace(case, result)
    for group, sheet in case.sheets.items():
        said += _part(f"sheets.{group}", sheet, result.sheets.get(group, {}))
    said += _part("owners", case.owners, result.owners)
    if case.callbacks is not None and dict(case.callbacks) != result.callbacks:
        said.append(f"callbacks: want {dict(case.callbacks)}, got {result.callbacks}")
    return said


def _trace(case: Case, result: Result) -> list[str]:
    """The expected items must stand in the trace in this order; only the keys given are compared."""
    place = 0
    for wanted in case.expect:
        found = next((i for i in range(place, len(result.trace)) if fits(wanted, result.trace[i])), None)
        if found is None:
            return [f"trace: {dict(wanted)} is not there (after item {place})"]
        place = found + 1
    return []


def fits(wanted: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    """Whether a trace item is what was expected; only the keys given are compared."""
    return all(key in item and _equal(value, item[key]) for key, value in wanted.items())


def _equal(wanted: object, got: object) -> bool:
    if isinstance(wanted, int | float) and isinstance(got, int | float) and not isinstance(wanted, bool):
        return round(float(wanted), 3) == round(float(got), 3)
    return wanted == got


def _part(where: str, wanted: Mapping[str, Any], got: Mapping[str, Any]) -> list[str]:
    return [
        f"{where}.{key}: want {value}, got {got.get(key, 'nothing')}"
        for key, value in wanted.items()
        if key not in got or got[key] != value
    ]
