"""The catalogue and the code: what is marked there, what is translated here.

`python -m tests.texts.catalogue` brings new texts of the code into the catalogue, without Chinese, and takes out those
that nobody says any more; then the Chinese is written in.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import router
from router.texts.catalogue import CHINESE, PO

SOURCES = Path(router.__file__).parent
OF_LIBRARIES = (  # said by Flask-Security
    "Authentication failed - identity or password/passcode invalid",
    "You must sign in to view this resource.",
)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_n": (1, 2),
    "_p": ((1, "c"), 2),
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
Key = tuple[str, str | tuple[str, ...]]  # context and text, or the forms of a plural


@cache
def marked() -> frozenset[Key]:
    """Every text that the code marks."""
    return frozenset(_marked())


def _marked() -> Iterator[Key]:
    pages = [("**/templates/**.html", "jinja2")]
    for _file, _line, text, _comments, context in extract_from_dir(str(SOURCES), pages, keywords=KEYWORDS):
        yield context or "", text
    for file in SOURCES.rglob("*.py"):
        yield from _marked_in(file)
    yield from (("", text) for text in OF_LIBRARIES)


def _marked_in(file: Path) -> Iterator[Key]:
    """Babel's own reader of Python skips a text that stands in another one's values."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            form = KEYWORDS[node.func.id] or (1,)
            places = [place if isinstance(place, int) else place[0] for place in form]
            texts = [ast.literal_eval(node.args[place - 1]) for place in places]
            context = texts.pop(0) if isinstance(form[0], tuple) else ""
            yield context, texts[0] if len(texts) == 1 else tuple(texts)


def catalogue() -> Catalog:
    """The catalogue as it stands."""
    with PO.open("rb") as po:
        return read_po(po, locale=CHINESE, abort_invalid=True)


def key_of(entry: Entry) -> Key:
    """Context and text of an entry."""
    return entry.context or "", entry.id if isinstance(entry.id, str) else tuple(entry.id)


def entries() -> dict[Key, Entry]:
    """What is translated, and how."""
    return {key_of(entry): entry for entry in catalogue() if entry.id}


def first(text: str | Sequence[str]) -> str:
    """The text, or the first form of a plural."""
    return text if isinstance(text, str) else text[0]


def chinese() -> dict[str, str]:
    """The Chinese by its English; of a plural by its singular."""
    return {first(entry.id): first(entry.string) for entry in catalogue() if entry.id}


def updated() -> bytes:
    """The catalogue as the file must be: the texts of the code in order, each with the Chinese it has."""
    known, renewed = entries(), Catalog(locale=CHINESE)
    for context, text in sorted(marked(), key=lambda key: (first(key[1]), key[0])):
        entry = known.get((context, text))
        renewed.add(text, entry.string if entry else None, context=context or None)
    target = io.BytesIO()
    write_po(target, renewed, width=0, no_location=True, omit_header=True)
    head = (
        "# Chinese for the office. The key is the English text.\n"
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {CHINESE}\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    return head.encode() + target.getvalue().strip() + b"\n"


if __name__ == "__main__":
    PO.write_bytes(updated())
