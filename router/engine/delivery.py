"""What lies in the engine's mailbox, and what became of it. May live here: those two."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from router.core.inputs import Input
from router.core.policy import Policy
from router.core.words import Number
from router.engine.ports import Letter, Observation


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something for the engine's thread: a letter, else a fact, trial, policy or number to erase; and who waits."""

    letter: Letter | None
    done: Future[Any] | None = None
    erase: Number = field(default=Number(""))
    by: str = ""
    seen: Observation | None = None
    trial: Input | None = None
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery: its sequence number, why it was refused if it was, or what a trial showed."""

    seq: int
    refused: str = ""
    trial: dict[str, Any] | None = None
