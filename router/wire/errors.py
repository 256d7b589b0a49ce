"""Errors that cross `engine.sock`: raised by the engine, and again, by id, by whoever asked. May live here: those.

They cross as id, texts and parameters; the language is for whoever shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.core.errors import Refusal
from router.errors import HotlineError, RequestError, StoreError, Text
from router.refusals import refusal_text
from router.texts import Listing, Message


class EngineUnreachableError(HotlineError):
    """The engine does not answer."""

    id = "engine-unreachable"


class RefusedError(RequestError):
    """The desk refused a request: it can't have happened, or may not happen now. `refusal` says why."""

    id = "refused"

    def __init__(self, refusal: Refusal, *, cure: Text = "", about: object = None) -> None:
        super().__init__(refusal_text(refusal), cure=cure, about=about)
        self.refusal = refusal


class TooMuchError(RequestError):
    """One person asks for more in a minute, or in one request, than anybody means; nothing was recorded."""

    id = "too-much"


class JournalError(StoreError):
    """The journal can't be written or read: the engine must not go on without it."""

    id = "journal"


CROSSING: dict[str, type[HotlineError]] = {
    error.id: error for error in (RequestError, EngineUnreachableError, JournalError, TooMuchError)
}


def error_to_json(error: HotlineError) -> dict[str, Any]:
    """The answer that says an error."""
    if isinstance(error, RefusedError):
        return {"ok": False, "id": error.id, "refusal": error.refusal.id, "params": dict(error.refusal.params)}
    return {"ok": False, "id": error.id, "what": _text_to_json(error.what), "cure": _text_to_json(error.remedy)}


def error_from_json(answer: Mapping[str, Any]) -> HotlineError:
    """The error that an answer says; one that this version does not know is a request's."""
    if answer.get("id") == RefusedError.id:
        return RefusedError(Refusal(str(answer.get("refusal")), dict(answer.get("params") or {})))
    kind = CROSSING.get(str(answer.get("id")), RequestError)
    return kind(_text_from_json(answer.get("what")), cure=_text_from_json(answer.get("cure")))


def _text_to_json(text: object) -> Any:
    if isinstance(text, Listing):
        return [_text_to_json(item) for item in text.items]
    if not isinstance(text, Message):
        return text if isinstance(text, str | int | float) else str(text)
    params = {name: _text_to_json(value) for name, value in text.params.items()}
    return {"text": text.id, "params": params, "plural": text.plural, "context": text.context}


def _text_from_json(raw: Any) -> Any:
    if isinstance(raw, list):
        return Listing([_text_from_json(item) for item in raw])
    if not isinstance(raw, dict):
        return "" if raw is None else raw
    params = {name: _text_from_json(value) for name, value in raw.get("params", {}).items()}
    return Message(str(raw.get("text")), params, str(raw.get("plural", "")), str(raw.get("context", "")))
