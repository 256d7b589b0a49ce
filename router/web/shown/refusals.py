"""Why something was refused or failed, in the page's language. May live here: putting names for ids, and that."""

from __future__ import annotations

from router.core.errors import Refusal
from router.errors import HotlineError, rendered
from router.refusals import refusal_text
from router.web import shared
from router.web.language import shown_language
from router.wire.errors import RefusedError

PEOPLE = ("person", "people", "subject")  # parameters that are ids of people


def in_words(error: HotlineError) -> str:
    """What went wrong and what to do, as people read it."""
    return refused(error.refusal) if isinstance(error, RefusedError) else error.render(shown_language())


def refused(refusal: Refusal) -> str:
    """The refusal as people read it, with people's names."""
    names = shared.names()
    named = {
        key: ", ".join(names[person] for person in value.split(", ")) if key in PEOPLE else value
        for key, value in refusal.params.items()
    }
    return rendered(refusal_text(Refusal(refusal.id, named)), shown_language())
