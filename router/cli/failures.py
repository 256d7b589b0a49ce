"""How a command ends that can't go on: one line and exit status 2. May live here: that, and whose fault it was.

What the system or a library raised becomes an error of our tree, so that nobody is shown a trace for a full disk.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import NoReturn

import click

from router import logs
from router.errors import ConfigurationError, HotlineError, StoreError
from router.texts import _

UNUSABLE = _("does `hotline up` run with the same --config and --data?")
LOCKED = _(
    "another program has been writing to it for more than 5 s: try again in a moment; if it stays so, end the program "
    "that keeps it open, such as a copy or a database browser"
)


class FileUnusableError(ConfigurationError):
    """The system refuses a file, a folder or an address: it is missing, not ours to use, or the disk is full."""

    id = "file-unusable"


class DatabaseUnusableError(StoreError):
    """The database refuses to work: it is locked, damaged, full, not there, or never brought to this version."""

    id = "database-unusable"


def set_logs_up(*, is_service: bool) -> None:
    """The one place where any process of ours gets its log; a command for people tells of what went wrong alone."""
    logs.configure(level=logging.INFO if is_service else logging.WARNING)
    if is_service:
        logs.tell_of_crashes()
    else:
        sys.excepthook = lambda kind, error, trace: click.echo(
            logs.hide_numbers("".join(traceback.format_exception(kind, error, trace))), nl=False, err=True
        )


def end(error: Exception, *, is_service: bool) -> NoReturn:
    """End with exit status 2 and a line that says what, where and what to do; a mistake of ours goes on as it is."""
    ours = as_ours(error)
    if ours is None:
        raise error
    if is_service:
        logs.logger("router.cli").critical("ended", id=ours.id, why=ours)
    else:
        click.echo(f"hotline: {ours.render(None)}", err=True)
    raise SystemExit(2) from error


def as_ours(error: Exception) -> HotlineError | None:
    """The error of our tree that this is; None where it is a mistake in the program."""
    if isinstance(error, HotlineError):
        return error
    known = sys.modules.get("sqlalchemy.exc")  # not imported: then it is none of its errors
    if known is not None and isinstance(error, known.DatabaseError):
        if isinstance(error, known.IntegrityError | known.DataError):
            return None
        why = " ".join(str(error.orig).split())[:200]
        cure = LOCKED if "locked" in why else UNUSABLE
        file = vars(error).get("file")  # `store.database`, which is not loaded here for nothing
        why = f"{why} ({file})" if file else why
        return DatabaseUnusableError(_("the database can't be used: %(why)s", why=why), cure=cure, about=error)
    if isinstance(error, OSError) and error.strerror:
        what = _("%(path)s: %(why)s", path=error.filename or type(error).__name__, why=error.strerror)
        return FileUnusableError(what, cure=_("see that it is there and yours to use, and that the disk is not full"))
    return None
