"""The one error tree: by whose fault it is, with a stable id, what, where and what to do.

May live here: exception classes only. Every error that a person or a program outside may see is one of these. What it
says is a text of `router.texts`, put into a language where it is shown; across processes it travels as id, texts and
parameters (`router.wire.errors`). `docs/errors.md` lists them all, written by `docs/draw_errors.py`.
"""

from __future__ import annotations

from typing import ClassVar

from router.texts import Language, Message

Text = Message | str


class HotlineError(Exception):
    """A mistake of ours, or something that has no better place: the log knows more.

    `id` is stable (kebab-case), `what` says what and where, `cure` what to do about it, `about` is the object at fault.
    """

    id: ClassVar[str] = "internal"

    def __init__(self, what: Text, *, cure: Text = "", about: object = None) -> None:
        super().__init__(what, cure)
        self.what = what
        self.remedy = cure
        self.about = about

    @property
    def message(self) -> str:
        """What and where, in English."""
        return str(self.what)

    @property
    def cure(self) -> str:
        """What to do about it, in English."""
        return str(self.remedy)

    def render(self, language: Language | None, /) -> str:
        """All of it in a language; None, where nobody knows which is read: both."""
        what, cure = rendered(self.what, language), rendered(self.remedy, language)
        return f"{what} ({cure})" if cure else what

    def __str__(self) -> str:
        return self.render("en")


def rendered(text: Text, language: Language | None, /) -> str:
    """A text in a language; what is no message (a library's word) stays as it is."""
    return text.render(language) if isinstance(text, Message) else text


class ConfigurationError(HotlineError):
    """The site file, the command line or the machine's set-up is wrong: the technician's to mend."""

    id = "configuration"


class RequestError(HotlineError):
    """Whoever called us (a page, a script, a file given to a command) asked for something impossible."""

    id = "request"


class PbxError(HotlineError):
    """Asterisk, its link or its set-up failed."""

    id = "pbx"


class StoreError(HotlineError):
    """The database or the journal failed."""

    id = "store"
