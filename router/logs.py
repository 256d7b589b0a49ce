"""Logs: a line for each thing that happened, `key=value`, the call first. May live here: their set-up, and what each
line goes through on its way out.

Every process of ours is set up here, and every library that logs (Alembic, gunicorn, APScheduler, SQLAlchemy, Flask)
comes out the same way. Two things are kept here for all of them, since any value may have been written by a caller, a
consultant or another program:

- a line stays one line: line ends, control characters and marks that turn the direction of writing are shown as signs;
- no line holds a number of a caller. Who logs a number masks it (`router.masking`); what looks like one all the same,
  in a value, an exception's text or a trace, is masked here, and `caught=number` on the line says that somebody forgot.

A change of state is told by `state`: `event=state from=ringing to=open`.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from datetime import datetime
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from router.masking import mask

Log = structlog.typing.FilteringBoundLogger

HEAD = ("time", "level", "part", "call", "event", "from", "to")
LONGEST_VALUE, LONGEST_TRACE = 2_000, 20_000  # characters: a log must not be filled by what a caller sent
QUIET = ("apscheduler", "sqlalchemy", "werkzeug", "matplotlib", "fontTools", "weasyprint", "urllib3", "apprise")
"""Libraries that tell of each thing they look at; their warnings are enough."""

SHORTEST_NUMBER = 8  # characters
NUMBER = re.compile(
    r"""\b(?=\d*[a-f])[0-9a-f]{16,}\b          # an id of ours: left as it is
    | (?P<number>(?<!\d)(?:
        \+[1-9]\d[\d\ -]{5,14}\d              # international: +8613800000000, +44 20 7946 0000
      | 00[1-9]\d{7,14}
      | (?:86|0|17951)?[1１][3-9３-９]\d(?:\d{8}|[ -]\d{4}[ -]?\d{4})  # a Chinese mobile, also as carriers write it
      | \(?0[1-9]\d{1,2}(?:\)|[ -])?\ ?\d{7,8}  # a landline with its area code
    )(?!\d))""",
    re.VERBOSE,
)
"""What looks like somebody's number. A date, a time in milliseconds and an id of Asterisk's (1764488138.12) do not."""


def logger(part: str) -> Log:
    """The log of a module (`__name__`)."""
    made: Log = structlog.get_logger(part)
    return made


def state(log: Log, was: object, now: object, *, level: int = logging.INFO, **facts: object) -> None:
    """Tell of a change of state; `call` and whatever else belongs to it go into `facts`."""
    log.log(level, "state", **{"from": str(was), "to": str(now)}, **facts)


def configure(*, level: int = logging.WARNING, stream: TextIO | None = None) -> None:
    """Set this process's logs up: all of them, at this level, to one stream (standard error); again changes both."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    for one in [one for one in root.handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)]:
        root.removeHandler(one)
    root.addHandler(handler)
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a stream that is gone (a closed terminal) is no reason to write traces to it
    join_the_standard_library()


def join_the_standard_library() -> None:
    """Hand what we log to the standard library's handlers, as libraries do (also in tests, which have their own)."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),  # the standard library's level counts
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def tell_of_crashes() -> None:
    """Have what nobody caught, in any thread, told as a line of the log: a plain trace would stand there raw."""
    log = logger("router")

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("crashed", exc_info=(kind, error, trace))

    def thread_crashed(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and told.exc_type is not SystemExit:
            name = told.thread.name if told.thread else ""
            log.critical("crashed", thread=name, exc_info=(told.exc_type, told.exc_value, told.exc_traceback))

    def unraisable(told: sys.UnraisableHookArgs) -> None:
        if told.exc_value is not None:
            log.error("unraisable", exc_info=(told.exc_type, told.exc_value, told.exc_traceback))

    sys.excepthook, threading.excepthook, sys.unraisablehook = crashed, thread_crashed, unraisable


def formatter() -> logging.Formatter:
    """What makes a line of any record, ours or a library's."""
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            _envelope,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            in_one_line,
            without_numbers,
            structlog.processors.LogfmtRenderer(key_order=HEAD, drop_missing=True, bool_as_flag=False),
        ],
    )


def _envelope(_logger: WrappedLogger, _method: str, told: EventDict) -> EventDict:
    """When, how grave, which part."""
    record: logging.LogRecord = told["_record"]
    told["time"] = datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")
    told["level"] = record.levelname.lower()
    told["part"] = record.name.removeprefix("router.")
    if "exc_info" not in told and record.exc_info:
        told["exc_info"] = record.exc_info
    return told


def in_one_line(_logger: WrappedLogger, _method: str, told: EventDict) -> EventDict:
    """Make every value a text that can't end a line, forge one or turn its reading round."""
    for key, value in told.items():
        if value is not None and not isinstance(value, bool):
            told[key] = _shown(_text(value), LONGEST_TRACE if key == "exception" else LONGEST_VALUE)
    return told


def without_numbers(_logger: WrappedLogger, _method: str, told: EventDict) -> EventDict:
    """Mask what looks like a caller's number; `caught` says that it was left to us."""
    caught = False
    for key, value in told.items():
        if isinstance(value, str) and len(value) >= SHORTEST_NUMBER and key != "time":
            told[key] = hidden = hide_numbers(value)
            caught = caught or hidden != value
    if caught:
        told["caught"] = "number"
    return told


def hide_numbers(text: str) -> str:
    """The text with every number in it masked.

    >>> hide_numbers("INSERT ... ('+8613812345678', 3)")
    "INSERT ... ('138****5678', 3)"
    """
    return NUMBER.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    number: str | None = found["number"]
    if number is None:
        return found[0]
    return mask(("+" if number.startswith("+") else "") + re.sub(r"\D", "", number))


def _text(value: object) -> str:
    """A value as a log shows it; lists as `A,B`, nothing as `-`."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(_text(part) for part in value) or "-"
    return str(value)


def _shown(text: str, longest: int) -> str:
    if len(text) > longest:
        text = f"{text[:longest]}… ({len(text)} characters)"
    return text if text.isprintable() else "".join(map(_sign, LINE_END.sub("\n", text)))


LINE_END = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")


def _sign(character: str) -> str:
    """A character as it may stand in a line; LogfmtRenderer writes a line end as \\n."""
    if character.isprintable() or character in "\n\u3000":
        return character
    return " " if character in "\t\xa0" else f"<U+{ord(character):04X}>"
