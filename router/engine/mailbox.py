"""What lies in the engine's mailbox, and what became of it. May live here: those two, and telling who waits."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from router.core.inputs import Input
from router.core.policy import Policy
from router.core.words import Number
from router.engine.ports import Letter
from router.errors import StoreError
from router.wire.errors import RefusedError
from router.wire.observation import Observation


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


def answer_all(outcomes: list[tuple[Delivery, Outcome]]) -> None:
    """Tell those who wait what became of their deliveries."""
    for delivery, outcome in outcomes:
        if delivery.done is None:
            continue
        if outcome.refused:
            delivery.done.set_exception(RefusedError(outcome.refused))
        else:
            delivery.done.set_result(outcome.seq if outcome.trial is None else outcome.trial)


def fail_all(deliveries: list[Delivery], error: StoreError) -> None:
    """Tell those who wait that nothing could be kept."""
    for delivery in deliveries:
        if delivery.done is not None:
            delivery.done.set_exception(error)
