"""A fact of a call that decides nothing, on its way to the journal. May live here: only that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.core.words import CallId, PersonId
from router.store.follow.events import FactKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A fact of a call on its way to the journal: it decides nothing, so it is no input of the desk.

    `facts`: what else is known of it, as a letter's.
    """

    what: FactKind
    call: CallId
    person: PersonId
    source: str
    by: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
