"""Forms in the database: what is refused, what is kept, and what erasure takes away; on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from router.config.form import FAULTS, FIELDS, FormTable
from router.reading.same_number import SameNumber
from router.store.forms.changes import (
    Filing,
    FormError,
    FormWriting,
    correct_form,
    erase_in_forms,
    file_form,
    review_form,
    save_draft,
)
from router.store.forms.queries import draft_of, form_of_call, forms_filed, untold_revisions

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TABLE = FormTable(media=("报纸", "网络"))
WRITING = FormWriting(table=TABLE, people=("A", "B"), zone=ZONE, by="li", now=NOW)
FILING = Filing(call_id="c1", consultant="A", kind="purchase", fields={"name": "王女士", "number": "13812345678"})

Ask = Callable[[], Session]


def test_a_form_comes_back_as_it_was_filed_with_its_first_revision(ask: Ask) -> None:
    session = ask()
    file_form(session, FILING, WRITING)
    session.commit()
    form = form_of_call(ask(), "c1")
    assert form is not None
    assert form.fields == {"name": "王女士", "number": "13812345678"}
    assert [(revision.revision, revision.written_by) for revision in form.revisions] == [(1, "li")]


def test_of_two_forms_the_first_filed_is_the_calls_own(ask: Ask) -> None:
    session = ask()
    first = file_form(session, FILING, WRITING)
    file_form(
        session, FILING, FormWriting(table=TABLE, people=("A",), zone=ZONE, by="x", now=NOW + timedelta(seconds=1))
    )
    assert form_of_call(session, "c1") is first
    assert len(forms_filed(session, first=NOW, end=NOW + timedelta(days=1), person="A")) == 2


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"kind": "sale"}, ("kind", "not-a-choice")),
        ({"consultant": "X"}, ("consultant", "not-a-choice")),
        ({"asked_for": "X"}, ("asked_for", "not-a-choice")),
        ({"asked_for": "A"}, ("asked_for", "not-a-choice")),
        ({"fields": {"media": "电视"}}, ("media", "not-a-choice")),
        ({"fields": {"number": "１３９;没有"}}, ("number", "not-a-number")),
        ({"fields": {"appointment": "perhaps"}}, ("appointment", "not-yes-no")),
        ({"fields": {"appointment_at": "tomorrow"}}, ("appointment_at", "not-a-time")),
        ({"fields": {"name": "x" * 81}}, ("name", "too-long")),
    ],
)
def test_a_wrong_value_is_refused_with_its_field_and_nothing_is_written(
    ask: Ask, change: dict[str, object], fault: tuple[str, str]
) -> None:
    session = ask()
    wrong = Filing(**{"call_id": "c1", "consultant": "A", "kind": "other", **change})  # type: ignore[arg-type]  # a mixed bag
    with pytest.raises(FormError) as caught:
        file_form(session, wrong, WRITING)
    assert fault in caught.value.faults.items()
    assert form_of_call(session, "c1") is None


def test_a_correction_waits_for_the_desk_again(ask: Ask) -> None:
    session = ask()
    form = file_form(session, FILING, WRITING)
    untold_revisions(session)[0][1].told_at = NOW
    session.flush()
    correct_form(session, form, FILING, WRITING, why="听错了")
    assert [revision.revision for _, revision in untold_revisions(session)] == [2]
    with pytest.raises(FormError):
        correct_form(session, form, FILING, WRITING, why=" ")


def test_a_form_without_a_call_is_nothing_for_the_desk(ask: Ask) -> None:
    session = ask()
    file_form(session, Filing(call_id=None, consultant="A", kind="other"), WRITING)
    assert untold_revisions(session) == []


def test_nobody_reviews_what_they_wrote_themselves(ask: Ask) -> None:
    session = ask()
    form = file_form(session, FILING, WRITING)
    with pytest.raises(FormError):
        review_form(session, form, verdict="approved", remark="", by="li", now=NOW)
    review_form(session, form, verdict="approved", remark="", by="zhang", now=NOW)
    session.commit()
    assert [(review.by, review.revision) for review in form.reviews] == [("zhang", 1)]


def test_erasure_takes_name_and_number_out_of_forms_revisions_and_drafts(ask: Ask) -> None:
    session = ask()
    form = file_form(session, FILING, WRITING)
    other = {"name": "李", "number": "13812345679"}
    kept = file_form(session, Filing(call_id="c2", consultant="A", kind="other", fields=other), WRITING)
    save_draft(session, {"number": "13812345678", "matter": "x"}, username="li", call_id="c3", now=NOW)
    session.flush()
    erase_in_forms(session, 1, SameNumber.of(["+8613812345678"]))
    session.commit()
    assert form.fields == {}
    assert "王女士" not in str(form.revisions[0].values)
    assert draft_of(session, username="li", call_id="c3") == {"matter": "x"}
    assert kept.fields == other


def test_every_field_and_fault_has_words() -> None:
    from router.web.words import FAULT

    assert set(FAULTS) <= set(FAULT)
    assert set(FormTable().fields) == set(FIELDS)
