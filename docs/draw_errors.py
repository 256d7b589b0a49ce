"""Draws docs/errors.md from the error tree: `python docs/draw_errors.py`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import router
from router.core.errors import DeskError
from router.errors import ConfigurationError, HotlineError, PbxError, RequestError, StoreError
from router.refusals import WORDS

HEAD = """# Errors

Whatever goes wrong has an id that stays, a text that says what, where and what to do, and the one whose fault it is. A
command ends with one line and exit status 2; the API answers with the id; a log line says `id=…`. This page is
drawn from the code by `python docs/draw_errors.py`.

"""
WHOSE: tuple[tuple[type[HotlineError], str], ...] = (
    (ConfigurationError, "The set-up: for the technician"),
    (RequestError, "The request: for whoever asked"),
    (PbxError, "The PBX: Asterisk, its link, its records"),
    (StoreError, "The store: database and journal"),
    (HotlineError, "Ours: a mistake in the program, or a part of it that does not run"),
)


def everything() -> None:
    """Import every module, so that no error is missed."""
    for module in pkgutil.walk_packages(router.__path__, "router."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)


def tree(root: type[Exception]) -> Iterator[type[Exception]]:
    """A class of ours and all below it; tests have some of their own."""
    if root.__module__.partition(".")[0] == router.__name__:
        yield root
    for below in root.__subclasses__():
        yield from tree(below)


def page() -> str:
    """The whole page."""
    everything()
    seen: set[type[Exception]] = set()
    parts = [HEAD]
    for root, title in WHOSE:
        ours = [one for one in tree(root) if one not in seen]
        seen.update(ours)
        parts.append(_table(title, sorted((one.id, inspect.cleandoc(one.__doc__ or "")) for one in ours)))  # type: ignore[attr-defined]  # each has one
    desk = sorted((one.id, inspect.cleandoc(one.__doc__ or "")) for one in tree(DeskError))  # type: ignore[attr-defined]
    parts.append(_table("What the desk refuses: it reaches people as `refused`, with one of the reasons below", desk))
    parts.append(_table("Reasons of a refusal", sorted((name, text.id) for name, text in WORDS.items())))
    return "\n".join(parts).rstrip() + "\n"


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    lines = [f"| `{name}` | {' '.join(words.split())} |" for name, words in rows]
    return "\n".join([f"## {title}", "", "| id | what it says |", "|---|---|", *lines, ""])


if __name__ == "__main__":
    (Path(__file__).parent / "errors.md").write_text(page(), encoding="utf-8")
