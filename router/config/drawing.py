"""What is drawn from the table of settings: `config/hotline.toml`, docs/settings.md, one setting explained.

The limits come from the model, so that they can't differ from what is checked. May live here: texts made of both.
"""

from __future__ import annotations

import tomllib
from typing import Any

from pydantic import BaseModel

from router.config import form, model, notify
from router.config.office import is_office
from router.config.settings import SAME_AS, SECTIONS, UNITS, Section, Setting, find, section_of
from router.config.values import clock_text

MODELS: dict[str, type[BaseModel]] = {
    "site": model.SiteTable,
    "web": model.WebTable,
    "pbx": model.PbxTable,
    "pbx.ami": model.AmiTable,
    "store": model.StoreTable,
    "trunk": model.Trunk,
    "trunk.register": model.RegisterTable,
    "hotline": model.Hotline,
    "consultant": model.Consultant,
    "consultant.phone": model.Phone,
    "user": model.UserEntry,
    "plan": model.Plan,
    "plan.slots": model.SlotEntry,
    "presence": model.PresenceTable,
    "closed": model.ClosedTable,
    "policy": model.PolicyTable,
    "reconcile": model.ReconcileTable,
    "reconcile.columns": model.ColumnsTable,
    "form": form.FormTable,
    "notify": notify.Notify,
    "webhook": notify.Webhook,
}
"""Each section's model."""

HEAD = """\
# 售楼处热线：全部设置。本文件不会被读取；把需要的复制到自己的 site.toml，用 hotline up --config site.toml 启动。
# 「#」后没有空格的行是设置，去掉「#」即生效；写的是默认值，没有默认值的是例子。
# Every setting. This file is not read: copy what you need into your own site.toml: hotline up --config site.toml.
# Lines without a space after the # are settings: take the # away. They show defaults, or examples where there is none.
"""


def _schema(section: Section, setting: Setting) -> dict[str, Any]:
    whole = MODELS[section.name].model_json_schema(by_alias=True)
    schema: dict[str, Any] = whole["properties"][setting.key]
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            schema = {**one, "default": schema.get("default")}
    name = schema.get("$ref", "").rpartition("/")[2]
    return {**whole["$defs"][name], **schema} if name else schema


def limits(section: Section, setting: Setting) -> str:
    """What the value must keep to, such as `1–20` or `round, carry`; "" where any will do."""
    schema = _schema(section, setting)
    if "enum" in schema:
        return ", ".join(schema["enum"])
    low = f"{schema['minimum']:g}" if "minimum" in schema else ""
    above = f"> {schema['exclusiveMinimum']:g}" if "exclusiveMinimum" in schema else ""
    high = f"{schema['maximum']:g}" if "maximum" in schema else ""
    if above and high:
        return f"{above}, ≤ {high}"
    return f"{low}–{high}" if low or high else above


def is_default(section: Section, setting: Setting) -> bool:
    """Whether the value shown is what counts when nothing is set; else it is an example."""
    field = next(f for name, f in MODELS[section.name].model_fields.items() if (f.alias or name) == setting.key)
    shown = tomllib.loads(f"x = {setting.value}")["x"]
    default = field.get_default()
    if isinstance(default, int) and isinstance(shown, str):  # a time of day is minutes inside
        default = clock_text(default)
    return bool(shown == (list(default) if isinstance(default, tuple) else default))


def is_needed(section: Section, setting: Setting) -> bool:
    """Whether the table can't do without the key."""
    return setting.key in MODELS[section.name].model_json_schema(by_alias=True).get("required", ())


def _notes(section: Section, setting: Setting) -> tuple[str, str]:
    unit = UNITS.get(setting.unit)
    bounds = limits(section, setting)
    zh = [unit[0]] if unit else []
    en = [unit[1]] if unit else []
    if any(character.isdigit() for character in bounds):  # words to choose from are in the help already
        zh, en = [*zh, bounds], [*en, bounds]
    if is_needed(section, setting):
        zh, en = [*zh, "必填"], [*en, "needed"]
    elif not is_default(section, setting):
        zh, en = [*zh, "例"], [*en, "example"]
    return f"（{'；'.join(zh)}）" if zh else "", f" ({'; '.join(en)})" if en else ""


def commented_file() -> str:
    """`config/hotline.toml` as it must be."""
    return "\n".join([HEAD, *(_commented(section) for section in SECTIONS)])


def _commented(section: Section) -> str:
    lines = [f"# ── {section.zh} · {section.en}"]
    lines += [f"# {section.heading}"] if section.inline else [f"#{section.heading}"]
    for one in section.settings:
        zh, en = _notes(section, one)
        lines.append(f"# {one.zh}{zh} · {one.en}{en}")
        lines.append(f"{'#   ' if section.inline else '#'}{one.key} = {one.value}")
    return "\n".join(lines) + "\n"


PAGE_HEAD = """\
# 设置 Settings

A site is one file: `hotline up --config site.toml`. `hotline config check site.toml` names every mistake in it with
line and cure; `hotline config explain policy.rings` tells about one setting. This page is drawn from
`router/config/settings.py` by `docs/draw_settings.py`.

整个站点写在一个文件里。`hotline config check site.toml` 一次指出全部错误、所在行和改法；
`hotline config explain policy.rings` 说明一个设置。

What counts in the *file* is the machine's: the file says it, at each start. What counts in the *database* is the
office's: the file fills an empty database with it, then `hotline config diff` and `apply` bring changes of the file
there ([how](office.md)).

“file” 一栏属于本机，每次启动以文件为准；“database” 一栏属于售楼处，首次启动写入数据库，此后以数据库为准。
"""


def reference_page() -> str:
    """docs/settings.md as it must be."""
    return "\n".join([PAGE_HEAD, *(_documented(section) for section in SECTIONS)])


def _documented(section: Section) -> str:
    rows = [
        f"## `{section.heading}`\n\n{section.zh}\n\n{section.en}\n",
        "| key | default | unit, limits | counts in | 说明 | what |",
        "|---|---|---|---|---|---|",
    ]
    for one in section.settings:
        value = f"`{one.value}`" if is_default(section, one) else f"– (`{one.value}`)"
        needed = "needed" if is_needed(section, one) else ""
        notes = ", ".join(filter(None, (UNITS.get(one.unit, ("", ""))[1], limits(section, one), needed)))
        whose = "database" if is_office(f"{section.name}.{one.key}") else "file"
        cells = (f"`{one.key}`", value, notes, whose, one.zh, one.en)
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows) + "\n"


def texts_for(names: str) -> tuple[str, str]:
    """A setting's help, Chinese and English; its name must be right."""
    setting = find(names)
    if setting is None:
        raise KeyError(names)
    return setting.zh, setting.en


def explained(names: str) -> str | None:
    """A setting, a table, or both of that name (`consultant.phone`) in a few lines; None when there is neither."""
    parts = []
    setting, section = find(names), section_of(names)
    if setting:
        table = names.rpartition(".")[0]
        owner = next(one for one in SECTIONS if one.name == SAME_AS.get(table, table))
        zh, en = _notes(owner, setting)
        parts.append(f"{owner.heading}\n{setting.key} = {setting.value}\n  {setting.zh}{zh}\n  {setting.en}{en}")
    if section:
        keys = ", ".join(one.key for one in section.settings)
        parts.append(f"{section.heading}\n  {section.zh}\n  {section.en}\n  {keys}")
    return "\n".join(parts) or None
