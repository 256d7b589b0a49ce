"""Translations: `.po` files beside this, English as the key. May live here: compiling them where they can be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HERE = Path(__file__).parent


def texts_of(language: str) -> Callable[[str], str]:
    """What a terminal says for an English text of the pages; a text without translation stays as it is."""
    if language == "en":
        return str
    with (HERE / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po").open("rb") as po:
        known = {str(message.id): str(message.string) for message in read_po(po) if message.id and message.string}
    return lambda text: known.get(text, text)


def compile_translations(scratch: Path) -> Path:
    """Compile every `.po` file into `scratch`; returns the folder that gettext reads."""
    target = scratch / "translations"
    for source in HERE.glob("*/LC_MESSAGES/messages.po"):
        compiled = target / source.relative_to(HERE).with_suffix(".mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as po, compiled.open("wb") as mo:
            write_mo(mo, read_po(po, locale=source.parts[-3]))
    return target
