"""What a call form lacks, as its own pages and the reconciliation's say it. May live here: that."""

from __future__ import annotations

from router.config.form import FieldKey, FormTable
from router.core.words import FormKind
from router.store.tables.forms import FormRow


def lacking(form: FormRow, table: FormTable) -> tuple[FieldKey, ...]:
    """The required fields that a form lacks; only a purchase form needs them (R21)."""
    return table.lacks(form.fields) if form.kind == FormKind.PURCHASE else ()
