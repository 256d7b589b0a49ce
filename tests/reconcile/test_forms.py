"""R24 and R25 about forms: which call each belongs to, and what is said of it."""

from __future__ import annotations

import pytest

from tests.reconcile.office import NUMBER, OTHER, Office


def calls_of(office: Office, *arguments: str) -> dict[str, str]:
    """Form -> `own CALL`, `second CALL` or `padded`; every own form is given a wrong slot, so that it is seen."""
    result = office.reconcile(*arguments).result["findings"]
    words = {"wrong_slot": "own {call}", "duplicate_form": "second {call}", "padded_form": "padded"}
    return {f["form"]: words[f["kind"]].format(**f) for f in result if f["kind"] in words}


# --- forms that name a call


def test_a_form_belongs_to_the_call_it_names_by_either_sides_id(office: Office) -> None:
    office.pbx("p1", "10:00:00", NUMBER, "10:00:01", "", "A").call("c1", "10:00:00", NUMBER, "10:00:01", "", "A")
    office.form("f1", "10:01:00", "10:02:00", call="p1", slot="noon").form("f2", "10:01:00", "10:03:00", call="c1")
    assert calls_of(office) == {"f1": "own c1", "f2": "second c1"}


@pytest.mark.parametrize(
    ("filed", "own"),
    [
        ({"f1": "10:03:00", "f2": "10:02:00"}, "f2"),  # the first filed
        ({"f1": "", "f2": "10:02:00"}, "f2"),  # empty counts as last
        ({"f2": "10:02:00", "f1": "10:02:00"}, "f1"),  # ties: the smaller id
        ({"f2": "", "f1": ""}, "f1"),
    ],
)
def test_of_forms_that_name_one_call_the_first_filed_is_its_own(
    office: Office, filed: dict[str, str], own: str
) -> None:
    office.answered("c1")
    for form, at in filed.items():
        office.form(form, "10:01:00", at, call="c1", slot="noon")
    assert calls_of(office) == {form: "own c1" if form == own else "second c1" for form in filed}


def test_a_form_that_names_a_call_needs_no_time_number_or_consultant(office: Office) -> None:
    office.answered("c1").form("f1", number="", by="", call="c1", kind="other", slot="noon")
    assert office.reconcile().found == ["wrong_slot morning c1 f1"]


def test_a_form_that_names_an_unanswered_call_is_padded_and_looks_for_no_other(office: Office) -> None:
    office.call("c1", "10:00:00").answered("c2", "10:00:10", end="10:01:00")
    said = office.form("f1", "12:30:00", call="c1").form("f2", "10:01:00", call="c1").reconcile()
    assert said.about("f1", "f2", "c2") == [
        "missing_form morning A c2",
        "padded_form morning A f2",
        "padded_form noon A f1",  # its slot is its own
    ]


def test_a_form_that_names_no_known_call_is_matched_like_one_that_names_none(office: Office) -> None:
    office.answered("c1").form("f1", "10:01:00", call="x99", slot="noon")
    assert calls_of(office) == {"f1": "own c1"}


# --- forms that are matched


@pytest.mark.parametrize(
    ("taken", "matched"),
    [
        ("09:55:00", True),
        ("09:54:59.999", False),
        ("11:00:00", True),
        ("11:00:00.001", False),
    ],
)
def test_a_form_is_taken_at_most_five_minutes_before_and_sixty_after_the_arrival(
    office: Office, taken: str, matched: bool
) -> None:
    office.answered("c1").form("f1", taken, slot="noon")
    assert calls_of(office) == {"f1": "own c1" if matched else "padded"}


def test_where_taken_at_is_empty_filed_at_stands_in(office: Office) -> None:
    office.answered("c1").form("f1", "", "10:59:00", slot="noon").form("f2", "", "13:00:00")
    said = office.reconcile()
    assert said.about("f1", "f2") == ["wrong_slot morning A c1 f1", "padded_form noon A f2"]


def test_number_and_consultant_go_before_the_number_alone_however_close(office: Office) -> None:
    office.answered("c1", "10:00:00", by="A").answered("c2", "10:20:00", by="B")
    office.form("f1", "10:20:01", by="A", slot="noon")
    assert calls_of(office) == {"f1": "own c1"}


def test_the_number_alone_matches_whoever_wrote_it_and_says_so(office: Office) -> None:
    office.answered("c1", by="A").form("f1", "10:01:00", "10:02:00", by="B")
    assert office.reconcile().found == ["wrong_consultant morning B c1 f1"]


def test_a_form_of_nobody_matches_by_number_and_disagrees_with_nothing(office: Office) -> None:
    office.answered("c1").form("f1", "10:01:00", "10:02:00", by="")
    assert office.reconcile().found == []


@pytest.mark.parametrize(
    ("written", "matched"),
    [
        ("13900000011", True),  # a digit changed
        ("1390000001", True),  # one forgotten
        ("139000000012", True),  # one too many
        ("13900000010", True),  # a swap is two
        ("13900000123", False),  # three
        ("", True),  # no number: step 4
        ("13900000123;13900000021", True),  # the least distance counts
    ],
)
def test_a_slip_of_one_or_two_edits_matches_with_the_same_consultant(
    office: Office, written: str, matched: bool
) -> None:
    office.answered("c1").form("f1", "10:01:00", number=written, slot="noon")
    assert calls_of(office) == {"f1": "own c1" if matched else "padded"}


def test_a_slip_by_somebody_else_does_not_match(office: Office) -> None:
    office.answered("c1", by="A").form("f1", "10:01:00", number="13900000011", by="B", slot="noon")
    assert calls_of(office) == {"f1": "padded"}


def test_an_equal_number_goes_before_a_closer_call_with_a_slip(office: Office) -> None:
    office.answered("c1", "10:00:00").answered("c2", "10:30:00", number="13900000011")
    office.form("f1", "10:31:00", by="B", slot="noon")  # step 2
    office.form("f2", "10:31:00", slot="noon", number="13900000021")  # step 3
    assert calls_of(office) == {"f1": "own c1", "f2": "own c2"}


def test_a_slip_goes_before_an_unknown_number_however_close(office: Office) -> None:
    office.answered("c1", "10:30:00", number="").answered("c2", "10:00:00")
    office.form("f1", "10:30:00", number="13900000011", slot="noon")
    assert calls_of(office) == {"f1": "own c2"}


def test_a_call_without_a_number_takes_any_form_of_its_consultant(office: Office) -> None:
    office.answered("c1", number="anonymous").form("f1", "10:01:00", "10:02:00", number=OTHER)
    office.form("f2", "10:00:30", by="B")
    assert office.reconcile().found == ["padded_form morning B f2"]


def test_one_equal_number_of_several_is_enough(office: Office) -> None:
    office.answered("c1").form("f1", "10:01:00", "10:02:00", number=f"{OTHER}；  ; +86 139 0000 0001")
    assert office.reconcile().found == []


def test_anyone_who_talked_is_the_same_consultant(office: Office) -> None:
    office.pbx("c1", "10:00:00", NUMBER, "10:00:01", "", "A").pbx("c1", "10:02:00", NUMBER, "10:02:01", "", "B")
    office.call("c1", "10:00:00", NUMBER, "10:00:01", "", "B").answered("c2", "10:03:00", by="C")
    assert calls_of(office.form("f1", "10:03:00", by="A", slot="noon")) == {"f1": "own c1"}


def test_the_closest_pair_goes_first_even_if_another_form_is_left_without(office: Office) -> None:
    office.answered("c1", "10:00:00").answered("c2", "11:02:00")
    office.form("f1", "10:58:00", slot="noon").form("f2", "10:57:30", slot="noon")
    assert calls_of(office) == {"f1": "own c2", "f2": "own c1"}


@pytest.mark.parametrize(
    ("calls", "forms", "own"),
    [
        ({"c1": "10:04:00", "c2": "10:00:00"}, {"f1": "10:02:00"}, "f1 c2"),  # the earlier call
        ({"c1": "10:02:00"}, {"f1": "10:04:00", "f2": "10:00:00"}, "f2 c1"),  # the earlier form
        ({"c2": "10:00:00", "c1": "10:00:00"}, {"f1": "10:02:00"}, "f1 c1"),  # the smaller id of calls
        ({"c1": "10:00:00"}, {"f2": "10:02:00", "f1": "10:02:00"}, "f1 c1"),  # and of forms
    ],
)
def test_equally_close_pairs_go_by_earlier_call_earlier_form_smaller_id(
    office: Office, calls: dict[str, str], forms: dict[str, str], own: str
) -> None:
    for call, start in calls.items():
        office.answered(call, start)
    for form, taken in forms.items():
        office.form(form, taken, slot="noon")
    form, call = own.split()
    assert calls_of(office)[form] == f"own {call}"


def test_unanswered_calls_take_no_forms(office: Office) -> None:
    office.call("c1", "10:00:00", NUMBER, "", "10:01:00", "A").form("f1", "10:00:30", slot="noon")
    assert calls_of(office) == {"f1": "padded"}


# --- forms left over


def test_a_form_left_over_is_a_second_one_for_the_closest_call_of_number_and_consultant(office: Office) -> None:
    office.answered("c1", "10:00:00").answered("c2", "10:10:00")
    office.form("f1", "10:00:00", call="c1").form("f2", "10:10:00", call="c2")
    for form, taken in (
        ("f3", "10:05:00"),
        ("f4", "10:05:01"),
        ("f5", "11:10:00"),
        ("f6", "11:10:01"),
        ("f7", "09:55:00"),
    ):
        office.form(form, taken)
    assert calls_of(office) == {
        "f3": "second c1",  # equally close: the earlier call
        "f4": "second c2",
        "f5": "second c2",
        "f6": "padded",
        "f7": "second c1",
    }


@pytest.mark.parametrize(("number", "by"), [("", "A"), (NUMBER, ""), (NUMBER, "B"), ("13900000011", "A")])
def test_a_form_left_over_that_lacks_number_or_consultant_of_the_call_is_padded(
    office: Office, number: str, by: str
) -> None:
    office.answered("c1").form("f1", "10:01:00", call="c1").form("f2", "10:01:00", number=number, by=by)
    assert calls_of(office) == {"f2": "padded"}


def test_two_withheld_numbers_make_no_second_form(office: Office) -> None:
    office.answered("c1", number="").form("f1", "10:01:00", call="c1", number="-")
    assert calls_of(office.form("f2", "10:01:00", number="-")) == {"f2": "padded"}


# --- what is said of forms, and where


@pytest.mark.parametrize(("filed", "late"), [("10:40:00", False), ("10:40:01", True), ("", False)])
def test_a_form_is_late_more_than_thirty_minutes_after_the_end(office: Office, filed: str, late: bool) -> None:
    office.answered("c1", end="10:10:00").form("f1", "10:09:00", filed)
    assert office.reconcile().found == (["late_form morning A c1 f1"] if late else [])


def test_where_the_end_is_unknown_nothing_is_late_or_missing(office: Office) -> None:
    office.answered("c1").answered("c2", "11:00:00").form("f1", "10:01:00", "23:00:00", call="c1")
    assert office.reconcile().found == []


@pytest.mark.parametrize(
    ("now", "missing"), [("2026-05-14T10:40:00+08:00", False), ("2026-05-14T10:40:01+08:00", True)]
)
def test_a_form_is_missing_when_more_than_thirty_minutes_have_passed(office: Office, now: str, missing: bool) -> None:
    office.answered("c1", end="10:10:00")
    assert office.reconcile("--now", now).found == (["missing_form morning A c1"] if missing else [])


def test_a_form_filed_after_the_time_of_judgement_does_not_exist_yet(office: Office) -> None:
    office.answered("c1", end="10:10:00").form("f1", "10:05:00", "12:00:01").form("f2", "10:06:00", "12:00:00")
    assert office.reconcile("--now", "2026-05-14T12:00:00+08:00").found == ["late_form morning A c1 f2"]


def test_unless_told_otherwise_the_day_is_judged_at_the_end_of_the_next(office: Office) -> None:
    office.form("f1", "10:00:00", "+2 00:00:00").form("f2", "10:00:00", "+2 00:00:01")
    assert office.reconcile().found == ["padded_form morning A f1"]


@pytest.mark.parametrize("lacking", ["name", "number", "media", "intent", "appointment"])
@pytest.mark.parametrize(("kind", "complete"), [("purchase", False), ("", False), ("other", True), ("message", True)])
def test_a_purchase_form_says_all_that_is_required(office: Office, lacking: str, kind: str, complete: bool) -> None:
    office.answered("c1").form("f1", "10:01:00", call="c1", kind=kind, **{lacking: ""})  # type: ignore[arg-type]
    said = office.reconcile()
    assert said.found == ([] if complete else ["incomplete_form morning A c1 f1"])
    assert (said.slot("morning")["forms"], said.slot("morning")["valid_forms"]) == (1, int(complete))


def test_a_withheld_number_is_no_number_on_a_form(office: Office) -> None:
    office.answered("c1", number="anonymous").form("f1", "10:01:00", number="anonymous ; -", call="c1")
    assert office.reconcile().found == ["incomplete_form morning A c1 f1"]


def test_second_and_padded_forms_are_incomplete_too_but_only_an_own_form_is_late_or_wrong(office: Office) -> None:
    office.answered("c1", end="10:01:00").form("f1", "10:01:00", "10:02:00", call="c1")
    office.form("f2", "10:01:00", "15:00:00", number=OTHER, by="B", call="c1", slot="noon", name="")
    office.form("f3", "13:00:00", "15:00:00", number=OTHER, by="B", slot="closed", name="")
    assert office.reconcile().found == [
        "duplicate_form morning B c1 f2",
        "incomplete_form morning B c1 f2",
        "incomplete_form closed B f3",
        "padded_form closed B f3",
    ]


def test_wrong_number_consultant_and_slot_can_all_be_said_of_one_form(office: Office) -> None:
    office.answered("c1").form("f1", "10:01:00", number=OTHER, by="B", call="c1", slot="noon")
    said = office.reconcile()
    assert said.found == [
        "wrong_consultant morning B c1 f1",
        "wrong_number morning B c1 f1",
        "wrong_slot morning B c1 f1",
    ]
    assert [(row["slot"], row["forms"], row["valid_forms"]) for row in said.result["slots"]] == [
        ("morning", 0, 0),
        ("noon", 1, 1),  # counted in the slot that is written on it
    ]


@pytest.mark.parametrize("by", ["", "A"])
def test_unknown_values_disagree_with_nothing(office: Office, by: str) -> None:
    office.call("c1", "10:00:00", "", "10:00:01", "", "").form("f1", "10:01:00", by=by, call="c1")
    assert office.reconcile().found == []


def test_a_call_outside_all_slots_may_be_written_as_closed(office: Office) -> None:
    office.answered("c1", "08:00:00").form("f1", "08:01:00", slot="closed")
    office.answered("c2", "10:00:00", number=OTHER).form("f2", "10:01:00", number=OTHER, slot="closed")
    assert office.reconcile().found == ["wrong_slot morning A c2 f2"]


def test_a_forms_slot_is_the_one_written_else_its_calls_else_that_of_its_time(office: Office) -> None:
    office.answered("c1", "11:59:00").form("f1", "12:01:00").form("f2", "12:10:00", number=OTHER)
    office.form("f3", "12:10:00", number=OTHER, slot="morning").form("f4", "08:00:00", number=OTHER)
    said = office.reconcile()
    assert said.found == ["padded_form morning A f3", "padded_form noon A f2", "padded_form closed A f4"]
    assert [row["forms"] for row in said.result["slots"]] == [2, 1, 1]


def test_a_form_without_any_time_or_call_stands_in_the_day_at_hand(office: Office) -> None:
    office.answered("c1").form("f1").form("f2", slot="noon").form("f3", call="x9").form("f4", call="c1")
    said = office.reconcile()
    assert said.found == ["padded_form noon A f2", "padded_form closed A f1", "padded_form closed A f3"]
    assert office.reconcile(day="2026-01-01").found == said.found


def test_a_form_has_the_date_of_its_call_else_of_its_time(office: Office) -> None:
    office.answered("c1", "23:59:00").form("f1", "+1 00:01:00").answered("c0", "-1 23:50:00", number=OTHER)
    office.form("f0", "00:01:00", number=OTHER).form("f2", "+1 00:00:00", number="1").form("f3", "23:59:59", number="1")
    said = office.reconcile()
    assert said.found == ["padded_form closed A f3"]
    assert said.slot("closed")["forms"] == 2


def test_a_form_without_an_id_goes_by_its_row(office: Office) -> None:
    office.form("", "10:00:00").form("", "10:00:00")
    assert office.reconcile().found == ["padded_form morning A forms.csv:2", "padded_form morning A forms.csv:3"]


def test_only_a_calls_own_and_complete_form_is_valid(office: Office) -> None:
    office.answered("c1").form("f1", "10:01:00", "10:02:00", call="c1").form("f2", "10:01:00", "10:03:00", call="c1")
    office.form("f3", "11:30:00", number=OTHER)
    counts = office.reconcile().slot("morning")
    assert (counts["forms"], counts["valid_forms"]) == (3, 1)


def test_a_short_number_is_not_nearly_that_of_a_withheld_call(office: Office) -> None:
    office.call("c1", "10:00:00", "", "10:00:05", "10:01:00", "A")
    office.form("f1", "10:05:00", number="12", slot="noon").form("f2", "10:01:00", number="", slot="noon")
    assert calls_of(office) == {"f2": "own c1", "f1": "padded"}
