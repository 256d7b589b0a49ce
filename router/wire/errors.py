"""Errors that cross `engine.sock`: raised by the engine, and again, by id, by whoever asked. May live here: those."""

from __future__ import annotations

from router.errors import HotlineError, RequestError, StoreError


class EngineUnreachableError(HotlineError):
    """The engine does not answer."""

    id = "engine-unreachable"


class RefusedError(RequestError):
    """The desk refused a request: it can't have happened, or may not happen now."""

    id = "refused"


class JournalError(StoreError):
    """The journal can't be written or read: the engine must not go on without it."""

    id = "journal"


CROSSING: dict[str, type[HotlineError]] = {
    error.id: error for error in (RefusedError, RequestError, EngineUnreachableError, JournalError)
}
