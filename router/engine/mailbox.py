"""The mailbox: whatever is for the engine's thread, in order of arrival. May live here: the kinds of post, and the box.

Whoever hands something in gets a future where they have to know what became of it, and waits for it outside.
"""

from __future__ import annotations

import queue
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from router.core.errors import Refusal
from router.core.inputs import Input
from router.core.policy import Policy
from router.core.words import Number
from router.engine.daily import DayRules
from router.engine.ports import Letter
from router.errors import HotlineError
from router.wire.errors import RefusedError
from router.wire.observation import Observation

BATCH = 200  # letters a step; more wait for the next


@dataclass(frozen=True, slots=True)
class ToDesk:
    """An input for the desk; nobody waits for what telephony tells."""

    letter: Letter
    done: Future[int] | None = None


@dataclass(frozen=True, slots=True)
class ToObserve:
    """A fact of a call, to be noted."""

    seen: Observation
    done: Future[int]


@dataclass(frozen=True, slots=True)
class ToTry:
    """An input whose consequences somebody wants to see (`router.engine.preview`)."""

    told: Input
    done: Future[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ToErase:
    """A number that is to be forgotten."""

    number: Number
    by: str
    done: Future[int]


@dataclass(frozen=True, slots=True)
class ToChangeRules:
    """What is decided by from now on."""

    policy: Policy
    rules: DayRules
    done: Future[int]


Post = ToDesk | ToObserve | ToTry | ToErase | ToChangeRules


@dataclass(frozen=True, slots=True)
class PostOutcome:
    """What became of something: its number, why it was refused (a `Refusal`'s text), or what a trial showed."""

    seq: int
    refused: str = ""
    trial: dict[str, Any] | None = None


class Mailbox:
    """All but `take` and `is_empty` may be called from any thread; none of them waits for the desk."""

    def __init__(self) -> None:
        self._post: queue.SimpleQueue[Post] = queue.SimpleQueue()

    def put(self, letter: Letter) -> None:
        """Hand in a letter that nobody waits for (`ports.LetterBox`)."""
        self._post.put(ToDesk(letter))

    def ask(self, letter: Letter) -> Future[int]:
        """Hand in a request; the future gives its sequence number once recorded, or `RefusedError`."""
        done: Future[int] = Future()
        self._post.put(ToDesk(letter, done))
        return done

    def observe(self, seen: Observation) -> Future[int]:
        """Have a fact of a call noted; the future gives its sequence number, or `RefusedError`."""
        done: Future[int] = Future()
        self._post.put(ToObserve(seen, done))
        return done

    def preview(self, told: Input) -> Future[dict[str, Any]]:
        """What an input would bring if it came now (`router.engine.preview`); nothing is done or recorded."""
        done: Future[dict[str, Any]] = Future()
        self._post.put(ToTry(told, done))
        return done

    def erase(self, number: Number, by: str = "") -> Future[int]:
        """Have a number erased from the journal, the desk and (by the writer, later) the database."""
        done: Future[int] = Future()
        self._post.put(ToErase(number, by, done))
        return done

    def change_rules(self, policy: Policy, rules: DayRules) -> Future[int]:
        """Have everything from now on decided under these; calls under way keep their clocks."""
        done: Future[int] = Future()
        self._post.put(ToChangeRules(policy, rules, done))
        return done

    # --- the engine's thread

    def take(self, patience_seconds: float) -> list[Post]:
        """What waits, waiting for the first so long; at most `BATCH`."""
        taken: list[Post] = []
        try:
            taken.append(self._post.get(timeout=patience_seconds) if patience_seconds > 0 else self._post.get_nowait())
            while len(taken) < BATCH:
                taken.append(self._post.get_nowait())
        except queue.Empty:
            pass
        return taken

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return self._post.empty()


def answer(post: Post, outcome: PostOutcome) -> None:
    """Tell who waits what became of it."""
    if post.done is None:
        return
    if outcome.refused:
        post.done.set_exception(RefusedError(Refusal.read(outcome.refused)))
    elif isinstance(post, ToTry):
        post.done.set_result(outcome.trial or {})
    else:
        post.done.set_result(outcome.seq)


def fail(post: Post, error: HotlineError) -> None:
    """Tell who waits that nothing could be kept."""
    if post.done is not None:
        post.done.set_exception(error)
