"""A posted form as a `Filing`, and a filing as the values of a page. May live here: that translation both ways.

What a page shows locked (the call's number and time) is never taken from the browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from router.config.form import FIELDS, FormTable
from router.masking import national
from router.reading.moments import MomentError, read_moment
from router.store.forms.changes import Filing, FormError
from router.store.tables.calls import CallRow
from router.store.tables.customers import number_of
from router.store.tables.forms import FormRevisionRow, FormRow


def filing_from(
    posted: Mapping[str, str], *, call: CallRow | None, consultant: str, zone: ZoneInfo, entered: str, table: FormTable
) -> Filing:
    """What was posted, with the call's own number in front; raises `FormError` for a time that is none."""
    fields: dict[str, str] = {field.key: posted.get(field.key, "").strip() for field in table.asked}
    fields["number"] = ";".join(filter(None, (own_number(call), fields.get("number", ""))))
    return Filing(
        call_id=call.id if call else None,
        consultant=consultant,
        kind=posted.get("kind", ""),
        asked_for=posted.get("asked_for") or None,
        taken_at=call.answered_at if call else _moment(posted.get("taken_at", ""), zone),
        slot_name="" if call else posted.get("slot_name", "").strip()[:80],
        fields=fields,
        entered=entered,
        own_number=own_number(call),
    )


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A local time as browsers send it; "" is unknown."""
    if not text:
        return None
    try:
        return read_moment(text, zone).at
    except MomentError as error:
        raise FormError({"taken_at": error.fault}) from error


def own_number(call: CallRow | None) -> str:
    """The caller's number in national form; "" when withheld or without a call."""
    return national(number_of(call)) if call else ""


def values_of(form: FormRow, call: CallRow | None) -> dict[str, str]:
    """A form's values for the page that corrects it; the call's number is shown apart from them."""
    values = {key: str(form.fields.get(key, "")) for key in FIELDS}
    own = own_number(call)
    if own:
        values["number"] = values["number"].removeprefix(own).lstrip(";；")
    return {**values, "kind": form.kind, "asked_for": form.asked_for or ""}


def changes(revision: FormRevisionRow) -> list[str]:
    """What a correction changed, each as `field: before → after`; numbers are not shown."""
    before = next((one for one in revision.form.revisions if one.revision == revision.revision - 1), None)
    if before is None:
        return []
    keys = sorted({*before.values, *revision.values} - {"number"})
    pairs = ((key, before.values.get(key) or "—", revision.values.get(key) or "—") for key in keys)
    said = [f"{key}: {old} → {new}" for key, old, new in pairs if old != new]
    return said + (["number"] if before.values.get("number") != revision.values.get("number") else [])
