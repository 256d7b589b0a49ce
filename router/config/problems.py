"""What is wrong with a site, before it is put into words. May live here: one problem, pydantic's errors as problems."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import ErrorDetails

from router.config.document import Place
from router.config.mistakes import MISTAKES
from router.config.settings import SECTIONS, find, known_keys
from router.config.words import plain, shown
from router.texts import Listing, Message, _

HIDDEN_KEYS = frozenset({"secret", "url"})  # a wrong secret is a secret still


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: `place` to point at, `id` of the message, `values` for it.

    `about`: every place that it rests on; what rests on a value that is wrong itself is not said. `other`: a second
    place, whose line the message names.
    """

    id: str
    place: Place
    values: Mapping[str, Any] = field(default_factory=dict)
    about: tuple[Place, ...] = ()
    other: Place | None = None

    def rests_on(self, broken: Collection[Place]) -> bool:
        """Whether any place that the problem is about is broken, lies in something broken, or has it in itself."""
        return any(_related(mine, theirs) for mine in self.about for theirs in broken)


def found(mistake: str, /, place: Place, *rests: Place, **values: Any) -> Problem:
    """A problem at `place`, which rests on it and on `rests`."""
    return Problem(id=mistake, place=place, values=values, about=(place, *rests))


def clash(mistake: str, /, place: Place, other: Place, **values: Any) -> Problem:
    """A problem between two places; the message names the other's line."""
    return Problem(id=mistake, place=place, values=values, about=(place, other), other=other)


def _related(a: Place, b: Place) -> bool:
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]


def names_of(place: Place) -> str:
    """The dotted name of a setting without its numbers: `plan.slots.from`."""
    return ".".join(part for part in place if isinstance(part, str))


def example_of(place: Place) -> str:
    """How a place is written, as TOML: `rings = 3`; "" where the table of settings does not know it."""
    setting = find(names_of(place))
    key = names_of(place).rpartition(".")[2]
    if setting:
        return f"{setting.key} = {setting.value}"
    many = any(section.many and section.name == key for section in SECTIONS)
    return f"[[{key}]]" if many else f"[{names_of(place)}]"


def problem_of(details: ErrorDetails) -> Problem:
    """One of pydantic's errors as a problem of ours."""
    place: Place = tuple(part for part in details["loc"] if part != "[key]")
    values = dict(details.get("ctx", {}))
    kind = details["type"]
    if kind in MISTAKES:
        at = values.pop("at", None)
        about = tuple((*place, key) for key in values.pop("keys", ())) or (place,)
        return Problem(id=kind, place=(*place, at) if at else place, values=values, about=about)
    if kind == "extra_forbidden":
        return Problem(id="unknown-key", place=place, values={"key": plain(place[-1]), **_hint(place)}, about=(place,))
    if kind == "missing":
        known = {"key": place[-1], "example": example_of(place)}
        return Problem(id="missing-key", place=place, values=known, about=(place,))
    return _wrong_value(details, place, values)


def _wrong_value(details: ErrorDetails, place: Place, context: dict[str, Any]) -> Problem:
    kind = details["type"]
    hidden = HIDDEN_KEYS.intersection(str(part) for part in place)
    values: dict[str, Any] = {
        "value": "…" if hidden else shown(details["input"]),
        "example": example_of(place),
        "detail": kind.replace("_", " ") if hidden else details["msg"],
    }
    for name, bound in _BOUNDS.items():
        if name in context and kind in _BOUND_KINDS:
            values["bound"] = bound.fill(bound=context[name])
            return Problem(id="out-of-bounds", place=place, values=values, about=(place,))
    if "expected" in context:
        values["choices"] = ", ".join(re.findall(r"'([^']*)'", str(context["expected"])))
    return Problem(id=_KINDS.get(kind, "wrong-value"), place=place, values=values, about=(place,))


_BOUNDS = {
    "gt": _("above %(bound)g"),
    "ge": _("not below %(bound)g"),
    "lt": _("below %(bound)g"),
    "le": _("not above %(bound)g"),
}
_BOUND_KINDS = frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal"})
_KINDS = {
    "string_type": "not-text",
    "path_type": "not-text",
    "int_type": "not-whole-number",
    "float_type": "not-number",
    "finite_number": "not-number",
    "bool_type": "not-yes-no",
    "literal_error": "not-one-of",
    "enum": "not-one-of",
    "tuple_type": "not-a-list",
    "model_type": "not-a-table",
    "dict_type": "not-a-table",
}


def _hint(place: Place) -> dict[str, Message | str]:
    key, table = str(place[-1]), names_of(place[:-1])
    known = known_keys(table)
    near = meant(key, known)
    if near:
        return {"hint": did_you_mean(near), "meant": near}
    elsewhere = [section.heading for section in SECTIONS if any(one.key == key for one in section.settings)]
    if elsewhere:
        return {"hint": _("it belongs to %(table)s", table=elsewhere[0])}
    return {"hint": listed(known)}


def did_you_mean(name: str) -> Message:
    """The hint that names what was probably meant."""
    return _("did you mean %(name)s?", name=name)


def meant(word: str, known: Collection[str]) -> str:
    """The known name that was probably meant, or ""."""
    lowered = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), lowered, n=1)
    return lowered[close[0]] if close else ""


def listed(known: Collection[str]) -> Message:
    """The hint that names all that is known."""
    if not known:
        return _("there is none yet: add it")
    names = sorted(known) if not isinstance(known, (tuple, list)) else known
    return _("known here: %(names)s", names=Listing(names))
