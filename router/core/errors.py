"""What the desk refuses. May live here: exception classes only."""

from __future__ import annotations


class DeskError(Exception):
    """The desk was told something that it cannot take; its state is as before."""


class ImpossibleInputError(DeskError):
    """What was said can't have happened: an unknown call or person, an answer by a phone that does not ring."""


class IllegalTransitionError(DeskError):
    """A state machine was sent where its table has no way: a mistake of ours."""

    def __init__(self, machine: str, subject: str, state: str, event: str) -> None:
        super().__init__(f"{machine} of {subject}: no way from {state} by {event}")
        self.subject = subject


class PlanError(DeskError):
    """A plan or an order that R1 refuses: slots that overlap, a person twice."""
