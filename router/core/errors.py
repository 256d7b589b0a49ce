"""What the desk refuses: an id and parameters, which travel as they are. May live here: these, and exception classes.

What people read is made of them where it is shown (`router.refusals`), in their language; nobody reads a sentence to
learn what happened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was refused: a stable kebab-case id and its parameters; as a text it is `id {parameters}`."""

    id: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.id} {json.dumps(dict(self.params), ensure_ascii=False)}" if self.params else self.id

    @classmethod
    def read(cls, text: str) -> Refusal:
        """The refusal that a text was made of; what was cut short, or is none, keeps its first word."""
        name, _, rest = text.partition(" ")
        try:
            params = json.loads(rest) if rest else {}
        except ValueError:
            params = {}
        known = params if isinstance(params, dict) else {}
        return cls(name, {str(key): str(value) for key, value in known.items()})


class DeskError(Exception):
    """The desk was told something that it cannot take; its state is as before."""

    id: ClassVar[str] = "desk"

    def __init__(self, why: str, /, **params: object) -> None:
        self.refusal = Refusal(why, {name: str(value) for name, value in params.items()})
        super().__init__(str(self.refusal))


class ImpossibleInputError(DeskError):
    """What was said can't have happened: an unknown call or person, an answer by a phone that does not ring."""

    id = "impossible-input"


class IllegalTransitionError(DeskError):
    """A state machine was sent where its table has no way: a mistake of ours."""

    id = "illegal-transition"

    def __init__(self, machine: str, subject: str, state: str, event: str) -> None:
        super().__init__("no-way", machine=machine, subject=subject, state=state, event=event)
        self.subject = subject


class PlanError(DeskError):
    """A plan or an order that R1 refuses: slots that overlap, a person twice."""

    id = "impossible-plan"
