"""Every text for people, once: English in the code as the key, Chinese in `zh_Hans_CN/LC_MESSAGES/messages.po`.

    from router.texts import _, _n, _p

    GONE = _("%(file)s is gone")                   # marked where it stands, translated when it is shown
    GONE.fill(file="a.csv").render("zh")           # a language is always said: "zh", "en", or None for both
    _n("%(num)s row", "%(num)s rows", len(rows))   # plural forms
    _p("of a turn", "due")                         # the same English, another Chinese: say of what
    _("known here: %(names)s", names=Listing(names))

A parameter may be a message itself (or a `Listing`): it is put into the language of the whole. What happened travels as
an id with parameters; a message is made of them where it is shown, and nobody reads a sentence to learn what happened.
Pages say `flask_babel`'s `_` in templates and views, which looks into the same catalogue (`router.web.language`).
A test keeps catalogue and code equal; `python -m tests.texts.catalogue` brings new texts into the catalogue.

May live here: marking, choosing, putting in values. No text, nothing of Flask, no import of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol, runtime_checkable

from router.texts.catalogue import translations

__all__ = ["BOTH", "LANGUAGES", "Language", "Listing", "Message", "Rendered", "_", "_n", "_p", "language_of"]

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
BOTH: Final = " · "  # between Chinese and English, where nobody knows which is read
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


@runtime_checkable
class Rendered(Protocol):
    """Whatever reads differently in each language."""

    def render(self, language: Language | None, /) -> str:
        """The text in a language; None, where nobody knows which is read: both."""


@dataclass(frozen=True, slots=True)
class Message:
    """A text that is yet to be put into a language: `id` is the English, `params` are its values."""

    id: str
    params: Mapping[str, Any] = field(default_factory=lambda: _NONE)
    plural: str = ""
    context: str = ""

    def fill(self, **params: Any) -> Message:
        """The same text with (further) values."""
        return replace(self, params={**self.params, **params})

    def render(self, language: Language | None, /) -> str:
        """The text in a language; None, where nobody knows which is read: both, unless they are equal."""
        if language is None:
            return BOTH.join(dict.fromkeys(self.render(one) for one in LANGUAGES))
        text = self._translated(language)
        return text % {key: _shown(value, language) for key, value in self.params.items()} if self.params else text

    def __str__(self) -> str:
        """English: for logs and for whoever looks at it in a debugger."""
        return self.render("en")

    def _translated(self, language: Language) -> str:
        known = translations(language)
        if not self.id:
            return ""  # gettext knows the catalogue's head by it
        if self.plural and self.context:
            return known.npgettext(self.context, self.id, self.plural, self.params["num"])
        if self.plural:
            return known.ngettext(self.id, self.plural, self.params["num"])
        return known.pgettext(self.context, self.id) if self.context else known.gettext(self.id)


@dataclass(frozen=True, slots=True)
class Listing:
    """Several things in a row: `甲、乙` or `a, b`; `between` them as the language has it."""

    items: tuple[object, ...]
    between: Message = field(default_factory=lambda: _(", "))

    def __init__(self, items: Iterable[object], between: Message | None = None) -> None:
        object.__setattr__(self, "items", tuple(items))
        object.__setattr__(self, "between", between or _(", "))

    def render(self, language: Language | None, /) -> str:
        """The things with the language's separator between."""
        if language is None:
            return BOTH.join(dict.fromkeys(self.render(one) for one in LANGUAGES))
        return self.between.render(language).join(str(_shown(item, language)) for item in self.items)

    def __str__(self) -> str:
        return self.render("en")


def _(text: str, /, **params: Any) -> Message:
    """Mark a text; its values are named in it: `%(name)s`."""
    return Message(text, params or _NONE)


def _n(one: str, many: str, num: int, /, **params: Any) -> Message:
    """Mark a text that counts something; `%(num)s` is the number."""
    return Message(one, {"num": num, **params}, plural=many)


def _p(context: str, text: str, /, **params: Any) -> Message:
    """Mark a text whose English stands for several Chinese ones; the context is for the translator alone."""
    return Message(text, params or _NONE, context=context)


def language_of(name: str | None) -> Language:
    """The language that a locale or a setting means: `zh`, `zh_Hans_CN`, `zh-CN` are Chinese, all else English."""
    return "zh" if name is not None and name.lower().startswith("zh") else "en"


def _shown(value: object, language: Language) -> object:
    return value.render(language) if isinstance(value, Rendered) else value
