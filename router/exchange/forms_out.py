"""Call forms and calls as tables: every field for exchange, and the day's sheet as the office knows it.

May live here: which columns there are and what stands in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from router.config.form import FIELDS, FieldKey, FieldKind, FormField, FormTable
from router.exchange.table import Table
from router.masking import mask, national
from router.reading.numbers import split_numbers
from router.store.tables.calls import CallRow
from router.store.tables.customers import number_of
from router.store.tables.forms import FormRow
from router.texts import Language, Listing, Message, Rendered, _, _p

KINDS = {
    "purchase": _("Purchase"),
    "other": _("Other business"),
    "message": _("Message for the owner"),
}
YES_NO = {"yes": _("yes"), "no": _("no")}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableTerms:
    """How a table is to be written: language, zone, names of people by id, the fields of its form."""

    language: Language
    zone: ZoneInfo
    names: Mapping[str, str]
    form: FormTable

    def word(self, text: Rendered) -> str:
        """The text in the table's language."""
        return text.render(self.language)

    def local(self, moment: datetime | None) -> str:
        """A moment as people of the site write it; "" where there is none."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M:%S}" if moment else ""

    def name(self, person: str | None) -> str:
        """A person's name, or their id where no name is known."""
        return self.names.get(person or "", person or "")


ABOUT = (
    _("form_id"),
    _("call_id"),
    _("consultant"),
    _("taken_at"),
    _("filed_at"),
    _("slot"),
    _("kind"),
    _("asked_for"),
)
"""Columns beside the fields of the form; the id of the text is the key by which a file is read."""


def _about(form: FormRow, terms: TableTerms) -> list[str]:
    return [
        str(form.id),
        form.call_id or "",
        terms.name(form.consultant),
        terms.local(form.taken_at),
        terms.local(form.filed_at),
        form.slot_name,
        _word(KINDS, form.kind, terms),
        terms.name(form.asked_for),
    ]


def forms_table(forms: Iterable[FormRow], terms: TableTerms) -> Table:
    """Every field of the forms, for exchange: what it writes can be read back (`forms_in`)."""
    head = [terms.word(title) for title in ABOUT] + [_title(one, terms) for one in terms.form.asked]
    rows = [_about(form, terms) + [_field(terms, form, one.key) for one in terms.form.asked] for form in forms]
    return Table(title=terms.word(_("Call forms")), head=head, rows=rows)


def _word(words: Mapping[str, Message], key: str, terms: TableTerms) -> str:
    return terms.word(words[key]) if key in words else key


def _title(field: FormField, terms: TableTerms) -> str:
    """The label in Chinese files; English ones are read by programs and have the key."""
    return field.key if terms.language == "en" else terms.word(field.label)


def _field(terms: TableTerms, form: FormRow, key: FieldKey) -> str:
    value = str(form.fields.get(key, ""))
    if FIELDS[key].kind is FieldKind.YES_NO:
        return _word(YES_NO, value, terms)
    return value.replace("T", " ") if FIELDS[key].kind is FieldKind.MOMENT else value


def calls_table(calls: Iterable[CallRow], terms: TableTerms, *, show_numbers: bool) -> Table:
    """The call log; numbers in full only for who may have them."""
    titles = (
        _("arrived_at"),
        _("number"),
        _("hotline"),
        _("slot"),
        _("answered_at"),
        _("ended_at"),
        _("consultant"),
        _("missed"),
        _("late"),
        _("call_id"),
    )
    shown = national if show_numbers else mask
    rows = [
        [
            terms.local(call.arrived_at),
            shown(number_of(call)),
            call.hotline,
            call.slot_name or "",
            terms.local(call.answered_at),
            terms.local(call.ended_at),
            terms.name(call.person),
            call.missed_why or "",
            terms.word(YES_NO["yes"]) if call.late else "",
            call.id,
        ]
        for call in calls
    ]
    head = [terms.word(title) for title in titles]
    return Table(title=terms.word(_("Calls")), head=head, rows=rows)


def day_sheet(forms: Iterable[FormRow], terms: TableTerms, *, show_numbers: bool) -> Table:
    """The day's 来电表 as the office knows it, in the order in which the calls were taken."""
    titles = (
        _("No."),
        _("Time"),
        _("Name"),
        _p("column", "Number"),
        _("New/known"),
        _("Media"),
        _("Product"),
        _("Area"),
        _("Price"),
        _("District"),
        _("Intent"),
        _("Appointment"),
        _("Consultant"),
        _("Remarks"),
    )
    shown = national if show_numbers else mask
    in_order = sorted(forms, key=lambda form: (form.taken_at or form.filed_at, form.id))
    rows = [_sheet_row(number, form, terms, shown) for number, form in enumerate(in_order, 1)]
    return Table(title=terms.word(_p("title", "Calls")), head=[terms.word(title) for title in titles], rows=rows)


def _sheet_row(number: int, form: FormRow, terms: TableTerms, shown: Callable[[str], str]) -> list[str]:
    value = {one.key: _field(terms, form, one.key) for one in FIELDS.values()}
    at = (form.taken_at or form.filed_at).astimezone(terms.zone)
    numbers = "; ".join(map(shown, split_numbers(value["number"])))
    appointment = " ".join(filter(None, (value["appointment"], value["appointment_at"])))
    kind = "" if form.kind == "purchase" else _word(KINDS, form.kind, terms)
    said = filter(None, (kind, value["matter"], value["remarks"]))
    keys: tuple[FieldKey, ...] = ("inquiry", "media", "product", "area", "price", "district", "intent")
    middle = [value[key] for key in keys]
    return [
        str(number),
        f"{at:%H:%M}",
        value["name"],
        numbers,
        *middle,
        appointment,
        terms.name(form.consultant),
        terms.word(Listing(said, between=_("; "))),
    ]
