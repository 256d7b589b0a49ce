"""The language of the page at hand, and Flask-Babel on the one catalogue. May live here: that alone."""

from __future__ import annotations

import io
from functools import cache

from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain, get_locale

from router.texts import Language, language_of
from router.texts.catalogue import CHINESE, compiled


def shown_language() -> Language:
    """`zh` or `en`."""
    return language_of(str(get_locale()))


def locale_of(language: str) -> str:
    """How Flask-Babel names a language of ours."""
    return "en" if language == "en" else CHINESE


class _OneCatalogue(Domain):  # type: ignore[misc]  # flask_babel ships no types
    """Pages say what `router.texts` says."""

    def get_translations(self) -> NullTranslations:
        return _loaded(shown_language())


@cache
def _loaded(language: Language) -> NullTranslations:
    return Translations(io.BytesIO(compiled())) if language == "zh" else NullTranslations()


class PageTexts(Babel):  # type: ignore[misc]  # flask_babel ships no types
    """Flask-Babel whose texts come from `router.texts`."""

    domain_instance = _OneCatalogue()
