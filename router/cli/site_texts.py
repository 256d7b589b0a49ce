"""How `hotline config` says what differs, in the site's language. May live here: those words, no comparison."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from router.cli.site_changes import Comparison
from router.config.changes import ABSENT, Difference, Side
from router.config.model import Site
from router.store.tables.office import SiteChangeRow

TEXTS: dict[str, tuple[str, str]] = {
    "equal": ("文件与数据库一致", "file and database are equal"),
    "base": ("上次应用文件：{at}，{by}", "the file was last applied at {at} by {by}"),
    "no-base": ("没有上次应用文件的记录", "there is no record of the file applied last"),
    "file": ("文件改了，`hotline config apply` 会写入：", "changed in the file, `hotline config apply` writes it:"),
    "page": (
        "数据库改了（页面），文件照旧，保留：",
        "changed in the database (on a page), the file as before; it stays:",
    ),
    "both": (
        "两边都改了，apply 会拒绝，除非 --overwrite KEY：",
        "changed in both; apply refuses it without --overwrite KEY:",
    ),
    "in-file": ("文件", "file"),
    "in-database": ("数据库", "database"),
    "before": ("上次应用", "applied last"),
    "absent": ("没有", "not there"),
    "unset": ("不写", "unset"),
    "changed": ("{at} 由 {by} 改（{source}）", "changed {at} by {by} ({source})"),
    "not-recorded": ("何人何时改的没有记录", "by whom and when is not on record"),
    "applied": ("已应用 {key}：{was} → {now}", "applied {key}: {was} → {now}"),
    "nothing": ("没有要应用的改动", "there is nothing to apply"),
    "password": ("登录 {name} / {password}（只显示一次）", "sign in {name} / {password} (shown once)"),
    "machine": ("属于本机：始终以文件为准，启动时读取", "the machine's: always as the file says, read at start"),
    "office": ("属于售楼处：以数据库为准", "the office's: the database counts"),
    "counts": ("现在是 {value}（{source}）", "now {value} ({source})"),
    "database": ("数据库", "database"),
    "copy": ("数据库不可用，最后所知", "the database is away, as last known"),
    "not-running": ("服务没有运行：下次启动生效", "the service does not run: it counts from the next start"),
    "taken": ("运行中的服务已接受，下一通来电起生效", "the running service has it: it counts from the next call"),
    "not-taken": (
        "运行中的服务还没有接受（{why}），它每分钟会再看一次",
        "the running service has not taken it yet ({why}); it looks again every minute",
    ),
    "needs-restart": ("还需要重启 hotline up：{what}", "needs `hotline up` again: {what}"),
    "existing": ("已有的总机：分机和号码请在总机上改", "an existing PBX: change extensions and numbers there, too"),
}


def said(text: str, language: str) -> str:
    """One of the texts in the language."""
    zh, en = TEXTS[text]
    return zh if language == "zh" else en


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
        yield said("base", language).format(at=_time(applied.at, site), by=applied.by or "–")
    for side in Side:
        ours = [one for one in comparison.differences if one.changed_in is side]
        if ours:
            yield f"\n{said(side, language)}"
        for one in ours:
            yield from _difference(one, change_of, site)


def _difference(one: Difference, change_of: Found, site: Site) -> Iterator[str]:
    language = site.site.language
    yield f"  {one.key}"
    for side, value in (("in-file", one.file), ("in-database", one.database)):
        yield f"    {said(side, language)}: {_said_value(value, language)}"
    if one.changed_in is Side.BOTH and one.before is not ABSENT:
        yield f"    {said('before', language)}: {_said_value(one.before, language)}"
    if one.changed_in is not Side.FILE:
        yield f"    {_who(change_of(one.key), site)}"


def _said_value(value: Any, language: str) -> str:
    if value is ABSENT:
        return said("absent", language)
    return said("unset", language) if value is None else shown_value(value)


def _who(change: SiteChangeRow | None, site: Site) -> str:
    language = site.site.language
    if change is None:
        return said("not-recorded", language)
    return said("changed", language).format(at=_time(change.at, site), by=change.by or "–", source=change.source)


def _time(at: Any, site: Site) -> str:
    return str(at.astimezone(site.zone).strftime("%Y-%m-%d %H:%M"))
