"""The call form 来电表 (R21): its fields, and what an office settles about them in `[form]`. May live here: that alone.

Settled once, and used by the page, by paper, by imports and exports, and by `incomplete_form` of the nightly
reconciliation (R25).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from router.config.values import Title
from router.config.words import shown, wrong
from router.reading.moments import AMBIGUOUS, DAY_NUMBER, NOT_A_TIME, MomentError, local_text, read_moment
from router.reading.numbers import NOT_A_NUMBER, ROUNDED, numbers_in, split_numbers
from router.texts import Message, _, _p


class FieldKind(StrEnum):
    """How a field is filled in and checked."""

    TEXT = "text"
    LONG = "long"
    NUMBERS = "numbers"
    CHOICE = "choice"
    YES_NO = "yes_no"
    MOMENT = "moment"


FieldKey = Literal[
    "name",
    "number",
    "inquiry",
    "media",
    "product",
    "area",
    "price",
    "purpose",
    "rooms",
    "district",
    "intent",
    "appointment",
    "appointment_at",
    "matter",
    "remarks",
]


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: its key in tables and files, its words, how it is filled in, and how long it may be."""

    key: FieldKey
    label: Message
    kind: FieldKind = FieldKind.TEXT
    most_characters: int = 80


FIELDS: Mapping[str, FormField] = MappingProxyType(
    {
        field.key: field
        for field in (
            FormField("name", _("Name")),
            FormField("number", _p("field of a form", "Number"), FieldKind.NUMBERS, 160),
            FormField("inquiry", _("First or returning"), FieldKind.CHOICE),
            FormField("media", _("Media"), FieldKind.CHOICE),
            FormField("product", _("Product"), FieldKind.CHOICE),
            FormField("area", _("Area")),
            FormField("price", _("Price")),
            FormField("purpose", _("Purpose"), FieldKind.CHOICE),
            FormField("rooms", _("Rooms"), FieldKind.CHOICE),
            FormField("district", _("District"), FieldKind.CHOICE),
            FormField("intent", _("Intent"), FieldKind.CHOICE),
            FormField("appointment", _("Appointment"), FieldKind.YES_NO),
            FormField("appointment_at", _("Appointment at"), FieldKind.MOMENT),
            FormField("matter", _("Matter"), FieldKind.LONG, 1000),
            FormField("remarks", _("Remarks"), FieldKind.LONG, 2000),
        )
    }
)

REQUIRED: tuple[FieldKey, ...] = ("name", "number", "media", "intent", "appointment")  # R21
Choices = Annotated[tuple[Title, ...], Field(max_length=60)]


class FormTable(BaseModel):
    """`[form]`. A list of choices that is empty lets people write what they like."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: tuple[FieldKey, ...] = get_args(FieldKey)
    required: tuple[FieldKey, ...] = REQUIRED
    inquiry: Choices = ("新客户", "老客户")
    media: Choices = ()
    product: Choices = ()
    purpose: Choices = ("自住", "投资")
    rooms: Choices = ()
    district: Choices = ()
    intent: Choices = ("A", "B", "C", "D")

    @model_validator(mode="after")
    def _required_ones_are_asked(self) -> FormTable:
        for key in self.required:
            if key not in self.fields:
                raise wrong("form-field-not-asked", value=shown(key), keys=("required", "fields"), at="required")
        return self

    @property
    def asked(self) -> tuple[FormField, ...]:
        """The fields of this office's form, in its order."""
        return tuple(FIELDS[key] for key in dict.fromkeys(self.fields))

    def choices(self, key: FieldKey) -> tuple[str, ...]:
        """What may be chosen in a field; empty where anything may be written."""
        listed: tuple[str, ...] = getattr(self, key, ()) if FIELDS[key].kind is FieldKind.CHOICE else ()
        return listed

    def lacks(self, values: Mapping[str, object]) -> tuple[FieldKey, ...]:
        """The required fields that are empty (R21); whether that matters is a question of the form's kind."""
        return lacking(self.required, values)

    def faults(self, values: Mapping[str, str], *, own_number: str = "") -> dict[str, str]:
        """What is wrong with single values, by field; the words are ids of `FAULTS`. An empty value is never wrong.

        `own_number` is the call's, which is never wrong, however short it is.
        """
        typed = {**values, "number": _without(own_number, values.get("number", ""))}
        found = {field.key: self._fault(field, typed.get(field.key, "").strip()) for field in FIELDS.values()}
        return {key: fault for key, fault in found.items() if fault}

    def _fault(self, field: FormField, value: str) -> str:
        if not value:
            return ""
        if len(value) > field.most_characters:
            return "too-long"
        if field.kind is FieldKind.CHOICE:
            listed = self.choices(field.key)
            return "not-a-choice" if listed and value not in listed else ""
        if field.kind is FieldKind.NUMBERS:
            return numbers_in(value).fault
        if field.kind is FieldKind.YES_NO:
            return "" if value in YES_NO else "not-yes-no"
        return _fault_of_time(value) if field.kind is FieldKind.MOMENT else ""


def lacking(required: Iterable[FieldKey], values: Mapping[str, object]) -> tuple[FieldKey, ...]:
    """Which of the required fields are empty; a number without a digit is none (R24)."""

    def says(key: FieldKey) -> bool:
        text = str(values.get(key) or "").strip()
        return any(map(str.isdecimal, text)) if FIELDS[key].kind is FieldKind.NUMBERS else bool(text)

    return tuple(key for key in required if not says(key))


YES_NO = ("yes", "no")
FAULTS = (
    *("too-long", "not-a-choice", "not-yes-no", NOT_A_NUMBER, ROUNDED),
    *(NOT_A_TIME, AMBIGUOUS, DAY_NUMBER),
)


def as_kept(values: Mapping[str, str], zone: tzinfo, *, own_number: str = "") -> dict[str, str]:
    """Values as a form keeps them: numbers one by one, what stood around them in the remarks, times in ISO 8601.

    What can't be read stays as it is, and is a fault (`FormTable.faults`).
    """
    kept = {key: value.strip() for key, value in values.items() if value.strip()}
    for key in (key for key, field in FIELDS.items() if field.kind is FieldKind.MOMENT and key in kept):
        with suppress(MomentError):
            kept[key] = local_text(read_moment(kept[key], zone), zone)
    read = numbers_in(_without(own_number, kept.get("number", "")))
    if read.numbers:
        kept["number"] = ";".join(filter(None, (own_number, *(number.main for number in read.numbers))))
        said = kept.get("remarks", "")
        kept["remarks"] = "；".join(filter(None, (said, *(one for one in read.all_remarks if one not in said))))
    return {key: value for key, value in kept.items() if value}


def _without(own: str, numbers: str) -> str:
    """The numbers beside the call's own."""
    return ";".join(part for part in split_numbers(numbers) if part != own) if own else numbers


def _fault_of_time(value: str) -> str:
    try:
        read_moment(value, UTC)
    except MomentError as error:
        return error.fault
    return ""
