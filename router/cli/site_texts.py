"""How `hotline config` says what differs, in the site's language. May live here: those words, no comparison."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from router.cli.site_changes import Comparison
from router.config.changes import ABSENT, KeyDifference, Side
from router.config.model import Site
from router.store.tables.office import SiteChangeRow
from router.texts import Language, Message, _

TEXTS: Mapping[str, Message] = MappingProxyType(
    {
        "equal": _("file and database are equal"),
        "base": _("the file was last applied at %(at)s by %(by)s"),
        "no-base": _("there is no record of the file applied last"),
        "file": _("changed in the file, `hotline config apply` writes it:"),
        "page": _("changed in the database (on a page), the file as before; it stays:"),
        "both": _("changed in both; apply refuses it without --overwrite KEY:"),
        "in-file": _("file"),
        "in-database": _("database"),
        "before": _("applied last"),
        "absent": _("not there"),
        "unset": _("unset"),
        "changed": _("changed %(at)s by %(by)s (%(source)s)"),
        "not-recorded": _("by whom and when is not on record"),
        "applied": _("applied %(key)s: %(was)s → %(now)s"),
        "nothing": _("there is nothing to apply"),
        "password": _("sign in %(name)s / %(password)s (shown once)"),
        "machine": _("the machine's: always as the file says, read at start"),
        "office": _("the office's: the database counts"),
        "counts": _("now %(value)s (%(source)s)"),
        "database": _("database"),
        "copy": _("the database is away, as last known"),
        "not-running": _("the service does not run: it counts from the next start"),
        "taken": _("the running service has it: it counts from the next call"),
        "not-taken": _("the running service has not taken it yet (%(why)s); it looks again every minute"),
        "needs-restart": _("needs `hotline up` again: %(what)s"),
        "existing": _("an existing PBX: change extensions and numbers there, too"),
    }
)


def said(text: str, language: Language, **values: object) -> str:
    """One of the texts in the language."""
    return TEXTS[text].fill(**values).render(language)


def shown_value(value: Any) -> str:
    """A value of a setting in a line: `4`, `09:00–12:00 白班 A B / C`, `account 101`."""
    if value is ABSENT or value is None:
        return "–"
    if isinstance(value, dict):
        parts = ((name, shown_value(item)) for name, item in value.items() if item not in (None, "", [], False))
        return ", ".join(f"{name} {text}" for name, text in parts)
    if isinstance(value, list):
        return "; ".join(_slot(item) if _is_slot(item) else shown_value(item) for item in value) or "–"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else _plain(value)


def _plain(value: Any) -> str:
    text = str(value)
    return text if text.isprintable() and text else json.dumps(text, ensure_ascii=False)


def _is_slot(item: Any) -> bool:
    return isinstance(item, dict) and {"from", "to", "call"} <= set(item)


def _slot(slot: dict[str, Any]) -> str:
    orders = f"{' '.join(slot['call']) or '–'} / {' '.join(slot['reception']) or '–'}"
    goes_on = " +" if slot["continues"] else ""
    return f"{slot['from']}–{slot['to']}{goes_on} {_plain(slot['name']) if slot['name'] else ''} {orders}".replace(
        "  ", " "
    )


Found = Callable[[str], SiteChangeRow | None]


def lines_of(comparison: Comparison, change_of: Found, site: Site) -> Iterator[str]:
    """The comparison for a person to read; `change_of` finds the newest change on record of a key."""
    language = site.site.language
    if not comparison.differences:
        yield said("equal", language)
        return
    applied = comparison.applied
    if applied is None:
        yield said("no-base", language)
    else:
        yield said("base", language, at=_time(applied.at, site), by=applied.by or "–")
    for side in Side:
        ours = [one for one in comparison.differences if one.changed_in is side]
        if ours:
            yield f"\n{said(side, language)}"
        for one in ours:
            yield from _difference(one, change_of, site)


def _difference(one: KeyDifference, change_of: Found, site: Site) -> Iterator[str]:
    language = site.site.language
    yield f"  {one.key}"
    for side, value in (("in-file", one.file), ("in-database", one.database)):
        yield f"    {said(side, language)}: {_said_value(value, language)}"
    if one.changed_in is Side.BOTH and one.before is not ABSENT:
        yield f"    {said('before', language)}: {_said_value(one.before, language)}"
    if one.changed_in is not Side.FILE:
        yield f"    {_who(change_of(one.key), site)}"


def _said_value(value: Any, language: Language) -> str:
    if value is ABSENT:
        return said("absent", language)
    return said("unset", language) if value is None else shown_value(value)


def _who(change: SiteChangeRow | None, site: Site) -> str:
    language = site.site.language
    if change is None:
        return said("not-recorded", language)
    return said("changed", language, at=_time(change.at, site), by=change.by or "–", source=change.source)


def _time(at: Any, site: Site) -> str:
    return str(at.astimezone(site.zone).strftime("%Y-%m-%d %H:%M"))
