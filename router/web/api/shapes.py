"""What the API takes and gives, from which its OpenAPI document is made. May live here: these models alone.

Times are ISO 8601 with an offset. Numbers are masked unless the token has the scope `numbers`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class StrictShape(BaseModel):
    """Strict: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Days(BaseModel):
    """Which days, and which part of them; a day is the site's."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: Annotated[date, Field(alias="from", description="first day")]
    last: Annotated[date | None, Field(alias="to", description="last day; the first, where left out")] = None
    since: Annotated[datetime | None, Field(description="only what has changed since: a moment with its offset")] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="lines at most")] = 1000
    cursor: Annotated[str, Field(max_length=600, description="next of the answer before")] = ""


Next = Annotated[str | None, Field(description="the cursor of what follows; null: nothing does")]


class LoggedCall(StrictShape):
    """A call as the router logged it."""

    id: str
    uniqueid: str
    number: str
    hotline: str
    slot: str
    arrived_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    consultant: str
    missed: str
    late: bool
    turn: str
    recovered: bool


class CallsOut(StrictShape):
    """Calls by arrival."""

    calls: list[LoggedCall]
    next: Next


class StepOut(StrictShape):
    """One step of why it rang there."""

    at: datetime
    text: str
    rules: list[str]


class CallWithReasons(StrictShape):
    """A call, and why it rang where it rang."""

    call: LoggedCall
    steps: list[StepOut]


class FormOut(StrictShape):
    """A call form as it stands."""

    id: int
    call_id: str
    consultant: str
    kind: str
    asked_for: str
    taken_at: datetime | None
    filed_at: datetime
    slot: str
    entered: str
    fields: dict[str, str]
    revisions: int


class FormsOut(StrictShape):
    """Forms by the time at which their call was taken."""

    forms: list[FormOut]
    next: Next


class Once(BaseModel):
    """A request that may come again: with the same key it is acted on once."""

    key: Annotated[
        str | None,
        Field(alias="Idempotency-Key", min_length=1, max_length=255, pattern=r"^[!-~]+$", description="of your making"),
    ] = None


class FormIn(StrictShape):
    """A call form to file."""

    call_id: Annotated[str, Field(max_length=64)] = ""
    consultant: Annotated[str, Field(max_length=32)]
    kind: Literal["purchase", "other", "message"] = "purchase"
    asked_for: Annotated[str, Field(max_length=32)] = ""
    taken_at: Annotated[datetime | None, Field(strict=False)] = None
    slot: Annotated[str, Field(max_length=80)] = ""
    fields: dict[str, Annotated[str, Field(max_length=2000)]] = {}
    why: Annotated[str, Field(max_length=255, description="needed for a day that is closed")] = ""


class FindingOut(StrictShape):
    """A finding of the reconciliation, and where it stands."""

    id: int
    day: date
    kind: str
    slot: str
    person: str
    call: str
    form: str
    state: str
    found_at: datetime


class FindingsOut(StrictShape):
    """Findings by day, slot and kind."""

    findings: list[FindingOut]
    next: Next


class CallbackOut(StrictShape):
    """A call back that is owed, or was."""

    id: int
    number: str
    call_id: str
    owed_since: datetime
    missed_calls: int
    consultant: str
    assigned_by: str
    settled_at: datetime | None
    settled_by: str


class CallbacksOut(StrictShape):
    """Call backs, longest owed first."""

    callbacks: list[CallbackOut]


class BoardOut(StrictShape):
    """The desk at this moment: slot, who is next, sheets, people, calls."""

    board: dict[str, Any]


class PresenceOut(StrictShape):
    """Everybody's presence."""

    presence: dict[str, str]


class PresenceIn(StrictShape):
    """A change of presence."""

    presence: Annotated[str, Field(min_length=1, max_length=32)]


class Recorded(StrictShape):
    """It is recorded, under this number."""

    seq: int


class RefusalBody(StrictShape):
    """Why not (RFC 9457): a stable id, what was wrong, and what to do; `faults` by field, where fields are wrong."""

    type: str
    title: str
    status: int
    detail: str
    id: str
    what: str
    cure: str
    faults: dict[str, str] = {}
