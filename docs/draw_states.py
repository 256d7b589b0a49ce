"""Draws docs/states.md from the state tables of the core: `python docs/draw_states.py`. A test keeps the two equal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from router.core.tables import CALL, OFFER, TURN

PAGE = Path(__file__).with_name("states.md")

PARTS: tuple[tuple[str, str, Mapping[tuple[str, str], str]], ...] = (
    ("A turn (R2, R4, R6)", "A person's turn of the running round. A new round starts everyone at `due`.", TURN),
    ("An offer (R6)", "One attempt to give a call as somebody's turn, or as a substitute.", OFFER),
    ("A call (R10-R15)", "A call arrives `waiting`, and is decided at once.", CALL),
)


def page() -> str:
    """The whole page as Markdown with Mermaid diagrams."""
    parts = ["# States\n\nDrawn from `router/core/tables.py` by `docs/draw_states.py`.\n"]
    for title, text, table in PARTS:
        arrows = "\n".join(f"    {state} --> {after}: {event}" for (state, event), after in table.items())
        parts.append(f"## {title}\n\n{text}\n\n```mermaid\nstateDiagram-v2\n{arrows}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
