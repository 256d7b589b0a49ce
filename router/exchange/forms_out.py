"""Call forms and calls as tables: every field for exchange, and the day's sheet as the office knows it.

May live here: which columns there are and what stands in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from router.config.form import FIELDS, FieldKey, FieldKind, FormTable, split_numbers
from router.exchange.table import Table
from router.masking import mask, national
from router.store.tables.calls import CallRow
from router.store.tables.customers import number_of
from router.store.tables.forms import FormRow

KINDS = {
    "purchase": ("购房", "Purchase"),
    "other": ("其他", "Other business"),
    "message": ("留言", "Message for the owner"),
}
YES_NO = {"yes": ("是", "yes"), "no": ("否", "no")}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableTerms:
    """How a table is to be written: language, zone, names of people by id, the fields of its form."""

    language: str
    zone: ZoneInfo
    names: Mapping[str, str]
    form: FormTable

    def word(self, zh: str, en: str) -> str:
        """The word in the table's language."""
        return zh if self.language == "zh" else en

    def local(self, moment: datetime | None) -> str:
        """A moment as people of the site write it; "" where there is none."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M:%S}" if moment else ""

    def name(self, person: str | None) -> str:
        """A person's name, or their id where no name is known."""
        return self.names.get(person or "", person or "")


ABOUT = (
    ("编号", "form_id"),
    ("通话编号", "call_id"),
    ("置业顾问", "consultant"),
    ("来电时间", "taken_at"),
    ("交表时间", "filed_at"),
    ("时段", "slot"),
    ("类别", "kind"),
    ("客户点名找", "asked_for"),
)
"""Columns beside the fields of the form; the English title is the key by which a file is read."""


def _about(form: FormRow, terms: TableTerms) -> list[str]:
    return [
        str(form.id),
        form.call_id or "",
        terms.name(form.consultant),
        terms.local(form.taken_at),
        terms.local(form.filed_at),
        form.slot_name,
        terms.word(*KINDS.get(form.kind, (form.kind, form.kind))),
        terms.name(form.asked_for),
    ]


def forms_table(forms: Iterable[FormRow], terms: TableTerms) -> Table:
    """Every field of the forms, for exchange: what it writes can be read back (`forms_in`)."""
    head = [terms.word(zh, en) for zh, en in ABOUT] + [terms.word(one.zh, one.key) for one in terms.form.asked]
    rows = [_about(form, terms) + [_field(terms, form, one.key) for one in terms.form.asked] for form in forms]
    return Table(title=terms.word("来电表", "Call forms"), head=head, rows=rows)


def _field(terms: TableTerms, form: FormRow, key: FieldKey) -> str:
    value = str(form.fields.get(key, ""))
    if FIELDS[key].kind is FieldKind.YES_NO:
        return terms.word(*YES_NO.get(value, (value, value)))
    return value.replace("T", " ") if FIELDS[key].kind is FieldKind.MOMENT else value


def calls_table(calls: Iterable[CallRow], terms: TableTerms, *, show_numbers: bool) -> Table:
    """The call log; numbers in full only for who may have them."""
    titles = (
        ("到达", "arrived_at"),
        ("号码", "number"),
        ("热线", "hotline"),
        ("时段", "slot"),
        ("接听", "answered_at"),
        ("结束", "ended_at"),
        ("置业顾问", "consultant"),
        ("未接原因", "missed"),
        ("迟接", "late"),
        ("通话编号", "call_id"),
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
            terms.word(*YES_NO["yes"]) if call.late else "",
            call.id,
        ]
        for call in calls
    ]
    head = [terms.word(zh, en) for zh, en in titles]
    return Table(title=terms.word("来电", "Calls"), head=head, rows=rows)


def day_sheet(forms: Iterable[FormRow], terms: TableTerms, *, show_numbers: bool) -> Table:
    """The day's 来电表 as the office knows it, in the order in which the calls were taken."""
    titles = (
        ("序号", "No."),
        ("时间", "Time"),
        ("客户姓名", "Name"),
        ("电话", "Number"),
        ("新/老", "New/known"),
        ("媒体", "Media"),
        ("关注产品", "Product"),
        ("面积", "Area"),
        ("价格", "Price"),
        ("区域", "District"),
        ("意向", "Intent"),
        ("约访", "Appointment"),
        ("置业顾问", "Consultant"),
        ("备注", "Remarks"),
    )
    shown = national if show_numbers else mask
    in_order = sorted(forms, key=lambda form: (form.taken_at or form.filed_at, form.id))
    rows = [_sheet_row(number, form, terms, shown) for number, form in enumerate(in_order, 1)]
    return Table(title=terms.word("来电表", "Calls"), head=[terms.word(zh, en) for zh, en in titles], rows=rows)


def _sheet_row(number: int, form: FormRow, terms: TableTerms, shown: Callable[[str], str]) -> list[str]:
    value = {one.key: _field(terms, form, one.key) for one in FIELDS.values()}
    at = (form.taken_at or form.filed_at).astimezone(terms.zone)
    numbers = "; ".join(map(shown, split_numbers(value["number"])))
    appointment = " ".join(filter(None, (value["appointment"], value["appointment_at"])))
    kind = "" if form.kind == "purchase" else terms.word(*KINDS.get(form.kind, (form.kind, form.kind)))
    remarks = "；".join(filter(None, (kind, value["matter"], value["remarks"])))
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
        remarks,
    ]
