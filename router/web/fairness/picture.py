"""The picture of rounds × people: one drawing for page and command line. May live here: that drawing.

Each column is a round of a sheet, each row a person: a square says by shape and colour what became of the turn. Text
stays text in the SVG, so the reader's own fonts show Chinese names even where the server has none.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from router.core.words import Account
from router.exchange.drawing import drawing
from router.store.fairness.ledger import RoundTurns, SheetLedger

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SQUARE_INCHES, NAMES_INCHES, HEAD_INCHES = 0.3, 1.3, 0.7
LOOKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "unexplained": ("?", "#000000"),
        "used": ("✓", "#1a6f37"),
        "own_doing": ("✕", "#b3261e"),
        "objective": ("/", "#6639ba"),
        "carried": ("→", "#0a5c8a"),
        "silent": ("–", "#57606a"),
        "taken_away": ("−", "#9a4b00"),
        "not_reached": ("·", "#8c959f"),
        "open": ("", "#ffffff"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captions:
    """The picture's words, in the reader's language; `marks`: what each square means."""

    groups: Mapping[str, str]
    marks: Mapping[str, str]
    nothing: str


def rounds_picture(sheets: Sequence[SheetLedger], names: Mapping[str, str], captions: Captions) -> bytes:
    """The SVG; people in the order in which the sheets name them. Imports matplotlib on first use (2 s)."""
    with drawing():
        return _draw(sheets, names, captions)


def _draw(sheets: Sequence[SheetLedger], names: Mapping[str, str], captions: Captions) -> bytes:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    people = list(dict.fromkeys(person for sheet in sheets for person in sheet.people))
    columns = max(sum(len(sheet.rounds) + 1 for sheet in sheets), math.ceil(sum(_legend_widths(captions).values())))
    size = (NAMES_INCHES + SQUARE_INCHES * columns, HEAD_INCHES + SQUARE_INCHES * (len(people) + 1.5))
    figure = Figure(figsize=size)
    FigureCanvasSVG(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-NAMES_INCHES / SQUARE_INCHES, columns)
    axes.set_ylim(len(people) + 1.5, -HEAD_INCHES / SQUARE_INCHES)
    _fill(axes, sheets, people, names, captions)
    svg = io.BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None})
    return svg.getvalue()


def _fill(
    axes: Axes, sheets: Sequence[SheetLedger], people: Sequence[str], names: Mapping[str, str], captions: Captions
) -> None:
    if not sheets:
        _write(axes, 0, 0, captions.nothing)
    for row, person in enumerate(people):
        _write(axes, -0.3, row + 0.5, names.get(person, person), ha="right")
    column = 0
    for sheet in sheets:
        _write(axes, column, -1.7, f"{sheet.slot_name} {captions.groups.get(sheet.group, sheet.group)}".strip())
        for number in sheet.rounds:
            _write(axes, column + 0.5, -0.5, str(number), ha="center", color="#57606a")
            for row, person in enumerate(people):
                cell = sheet.cells.get((number, person))
                if cell is not None:
                    _square(axes, column, row, cell)
            column += 1
        column += 1
    _legend(axes, len(people) + 0.9, captions)


def _square(axes: Axes, column: float, row: float, cell: RoundTurns) -> None:
    from matplotlib.patches import Rectangle

    shape, colour = LOOKS[cell.mark]
    axes.add_patch(Rectangle((column + 0.06, row + 0.06), 0.88, 0.88, facecolor=colour, edgecolor="#57606a", lw=0.6))
    used = cell.count(Account.USED)
    text = str(used) if used > 1 else shape
    _write(axes, column + 0.5, row + 0.52, text, ha="center", color="#ffffff")


def _legend(axes: Axes, row: float, captions: Captions) -> None:
    from matplotlib.patches import Rectangle

    place, widths = 0.0, _legend_widths(captions)
    for mark, (shape, colour) in LOOKS.items():
        axes.add_patch(Rectangle((place, row - 0.3), 0.6, 0.6, facecolor=colour, edgecolor="#57606a", lw=0.6))
        _write(axes, place + 0.3, row, shape, ha="center", color="#ffffff", size=7)
        words = captions.marks.get(mark, mark)
        _write(axes, place + 0.8, row, words, size=8)
        place += widths[mark]


def _legend_widths(captions: Captions) -> dict[str, float]:
    """How much room each entry takes, in squares; a Chinese letter is as wide as two others."""
    words = {mark: captions.marks.get(mark, mark) for mark in LOOKS}
    return {
        mark: 1.6 + 0.42 * sum(1 if ord(letter) > 0x2E80 else 0.6 for letter in text) for mark, text in words.items()
    }


def _write(axes: Axes, x: float, y: float, text: str, **look: Any) -> None:
    """Text as it is: a name with dollar signs is no formula."""
    look = {"va": "center", "size": 9, "color": "#1b1f24", "parse_math": False, **look}
    axes.text(x, y, text, **look)
