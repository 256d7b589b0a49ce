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
from router.texts import LANGUAGES, Listing, Message, _

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

HEAD = _(
    "Every setting. This file is not read: copy what you need into your own site.toml: hotline up --config site.toml.\n"
    "Lines without a space after the # are settings: take the # away. "
    "They show defaults, or examples where there is none."
)


WHAT = _("what")


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


def _described(section: Section, setting: Setting) -> Message:
    """A setting's help with its unit and limits."""
    bounds = limits(section, setting)
    notes: list[Message | str] = [UNITS[setting.unit]] if setting.unit else []
    if any(character.isdigit() for character in bounds):  # words to choose from are in the help already
        notes.append(bounds)
    if is_needed(section, setting):
        notes.append(_("needed"))
    elif not is_default(section, setting):
        notes.append(_("example"))
    noted = _(" (%(notes)s)", notes=Listing(notes, between=_("; "))) if notes else ""
    return Message("%(help)s%(notes)s", {"help": setting.help, "notes": noted})


def commented_file() -> str:
    """`config/hotline.toml` as it must be."""
    head = "".join(f"# {line}\n" for language in LANGUAGES for line in HEAD.render(language).splitlines())
    return "\n".join([head, *(_commented(section) for section in SECTIONS)])


def _commented(section: Section) -> str:
    lines = [f"# ── {section.help.render(None)}"]
    lines += [f"# {section.heading}"] if section.inline else [f"#{section.heading}"]
    for one in section.settings:
        lines.append(f"# {_described(section, one).render(None)}")
        lines.append(f"{'#   ' if section.inline else '#'}{one.key} = {one.value}")
    return "\n".join(lines) + "\n"


ABOUT_THE_FILE = _(
    "A site is one file: `hotline up --config site.toml`. "
    "`hotline config check site.toml` names every mistake in it with\n"
    "line and cure; `hotline config explain policy.rings` tells about one setting. This page is drawn from\n"
    "`router/config/settings.py` by `docs/draw_settings.py`."
)
ABOUT_WHAT_COUNTS = _(
    "What counts in the *file* is the machine's: the file says it, at each start. "
    "What counts in the *database* is the\n"
    "office's: the file fills an empty database with it, "
    "then `hotline config diff` and `apply` bring changes of the file\n"
    "there ([how](office.md))."
)


def reference_page() -> str:
    """docs/settings.md as it must be."""
    heading = " ".join(_("Settings").render(language) for language in LANGUAGES)
    about = (text.render(language) for text in (ABOUT_THE_FILE, ABOUT_WHAT_COUNTS) for language in ("en", "zh"))
    head = "\n\n".join((f"# {heading}", *about)) + "\n"
    return "\n".join([head, *(_documented(section) for section in SECTIONS)])


def _documented(section: Section) -> str:
    rows = [
        f"## `{section.heading}`\n\n{section.help.render('zh')}\n\n{section.help.render('en')}\n",
        f"| key | default | unit, limits | counts in | {WHAT.render('zh')} | {WHAT.render('en')} |",
        "|---|---|---|---|---|---|",
    ]
    for one in section.settings:
        value = f"`{one.value}`" if is_default(section, one) else f"– (`{one.value}`)"
        needed = "needed" if is_needed(section, one) else ""
        unit = UNITS[one.unit].render("en") if one.unit else ""
        notes = ", ".join(filter(None, (unit, limits(section, one), needed)))
        whose = "database" if is_office(f"{section.name}.{one.key}") else "file"
        cells = (f"`{one.key}`", value, notes, whose, one.help.render("zh"), one.help.render("en"))
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows) + "\n"


def help_of(names: str) -> Message:
    """A setting's help; its name must be right."""
    setting = find(names)
    if setting is None:
        raise KeyError(names)
    return setting.help


def explained(names: str) -> str | None:
    """A setting, a table, or both of that name (`consultant.phone`) in a few lines; None when there is neither."""
    parts = []
    setting, section = find(names), section_of(names)
    if setting:
        table = names.rpartition(".")[0]
        owner = next(one for one in SECTIONS if one.name == SAME_AS.get(table, table))
        parts.append(
            "\n".join((owner.heading, f"{setting.key} = {setting.value}", *_lines(_described(owner, setting))))
        )
    if section:
        keys = ", ".join(one.key for one in section.settings)
        parts.append("\n".join((section.heading, *_lines(section.help), f"  {keys}")))
    return "\n".join(parts) or None


def _lines(text: Message) -> list[str]:
    return [f"  {text.render(language)}" for language in LANGUAGES]
