"""The one error tree: by whose fault it is, with a stable id, what, where and what to do.

May live here: exception classes only. Every error that a person or a program outside may see is one of these.
"""

from __future__ import annotations

from typing import ClassVar


class HotlineError(Exception):
    """Anything that we report ourselves; `id` is stable (kebab-case), `cure` says what to do about it."""

    id: ClassVar[str] = "internal"

    def __init__(self, message: str, *, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message} ({self.cure})" if self.cure else self.message


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
