"""R24 before any form: which rows are one call, whose word counts, and on what date and in which slot it stands."""

from __future__ import annotations

import pytest

from tests.reconcile.office import NUMBER, OTHER, Office


def test_a_call_of_both_sides_by_id_is_one_though_numbers_and_times_differ(office: Office) -> None:
    office.pbx("c1", "10:05:00", OTHER, "10:05:01", "10:06:00", "A")
    office.call("c1", "10:00:00", NUMBER, "10:00:01", "10:01:00", "A")
    said = office.reconcile()
    assert said.found == ["missing_form morning A c1"]
    assert (said.slot("morning")["pbx"], said.slot("morning")["router"], said.slot("morning")["answered"]) == (1, 1, 1)


@pytest.mark.parametrize(("start", "joined"), [("10:00:30", True), ("09:59:30", True), ("10:00:30.001", False)])
def test_without_an_id_calls_with_one_number_are_one_up_to_thirty_seconds_apart(
    office: Office, start: str, joined: bool
) -> None:
    office.pbx("p1", start).call("c1", "10:00:00")
    assert bool(office.reconcile().about("unlogged_call")) is not joined


def test_two_withheld_calls_are_not_one_because_both_numbers_are_unknown(office: Office) -> None:
    office.pbx("p1", "10:00:00", "anonymous").call("c1", "10:00:00", "")
    assert office.reconcile().about("ghost_call", "unlogged_call") == [
        "ghost_call morning c1",
        "unlogged_call morning p1",
    ]


def test_the_closest_calls_are_one_and_of_two_equally_close_the_earlier_pbx_call(office: Office) -> None:
    office.pbx("p1", "10:00:00").pbx("p2", "10:00:20").call("c1", "10:00:10")
    assert office.reconcile().about("unlogged_call") == ["unlogged_call morning p2"]


def test_of_two_equally_close_router_calls_the_earlier_one_is_joined(office: Office) -> None:
    office.call("c1", "10:00:20").call("c2", "10:00:00").pbx("p1", "10:00:10")
    assert office.reconcile().about("ghost_call") == ["ghost_call morning c1"]


def test_equal_ids_come_before_equal_numbers(office: Office) -> None:
    office.pbx("c1", "10:00:25").pbx("p2", "10:00:00").call("c1", "10:00:00").call("c2", "10:00:20")
    assert office.reconcile().about("unlogged_call", "ghost_call") == []


def test_a_transfer_is_one_call_with_first_start_first_answer_last_end_and_first_known_number(office: Office) -> None:
    office.pbx("p1", "10:00:20", OTHER, "10:00:25", "10:30:00", "B")
    office.pbx("p1", "10:00:10", NUMBER, "10:00:15", "10:00:20", "A")
    office.pbx("p1", "10:00:00", "anonymous", "", "10:40:00", "C")
    said = office.form("f1", "10:01:00", "11:10:01", by="C").reconcile()
    assert said.found == [
        "late_form morning C p1 f1",  # from 10:40, though that row was not answered
        "unlogged_call morning A p1",
        "wrong_consultant morning C p1 f1",  # nobody answered C's row
    ]


def test_whoever_answered_any_row_of_the_call_talked_on_it(office: Office) -> None:
    office.pbx("c1", "10:00:00", NUMBER, "10:00:05", "10:01:00", "A")
    office.pbx("c1", "10:01:00", NUMBER, "10:01:05", "10:02:00", "B")
    office.call("c1", "10:00:00", NUMBER, "10:00:05", "10:02:00", "C")
    for name in "ABCD":
        office.form(f"f{name}", "10:01:00", "10:02:00", by=name)
    office.call("c2", "10:01:30", NUMBER, "10:01:40", "", "D")
    assert "wrong_consultant" not in " ".join(office.reconcile().found)


def test_the_first_to_answer_is_the_person_and_unknown_where_the_pbx_left_it_empty(office: Office) -> None:
    office.pbx("p1", "10:00:00", NUMBER, "10:00:05", "10:01:00", "").pbx("p1", "10:01:00", NUMBER, "10:01:05", "", "B")
    assert office.reconcile().about("missing_form") == ["missing_form morning p1"]


def test_where_the_router_is_silent_the_pbx_has_the_word(office: Office) -> None:
    office.pbx("p1", "10:00:00", NUMBER, "10:00:05", "10:01:00", "A").call("", "10:00:05", NUMBER, "10:00:06")
    assert office.reconcile().found == ["missing_form morning A p1"]


def test_where_the_router_speaks_its_word_counts(office: Office) -> None:
    office.pbx("c1", "11:59:50", OTHER, "11:59:55", "12:40:00", "B")
    office.call("c1", "12:00:00", NUMBER, "12:00:01", "12:01:00", "A")
    said = office.form("f1", "12:00:10", "12:31:01", call="c1", by="B").reconcile()
    assert said.found == ["late_form noon B c1 f1"]
    assert (said.slot("morning")["pbx"], said.slot("noon")["pbx"]) == (0, 1)


def test_whether_it_was_answered_is_the_routers_word_alone(office: Office) -> None:
    office.pbx("c1", "10:00:00", NUMBER, "10:00:01", "10:01:00", "moh").call("c1", "10:00:00", NUMBER, "", "", "A")
    office.pbx("c2", "11:00:00", OTHER).call("c2", "11:00:00", OTHER, "11:00:05", "11:01:00", "A")
    said = office.reconcile()
    assert said.found == ["missed_call morning c1", "missing_form morning A c2"]


def test_of_a_call_that_only_the_pbx_has_the_pbx_says_whether_it_was_answered(office: Office) -> None:
    office.pbx("p1", "10:00:00", NUMBER, "10:00:05", "10:01:00", "A").pbx("p2", "11:00:00", OTHER, "", "", "B")
    assert office.reconcile().found == [
        "missed_call morning p2",
        "missing_form morning A p1",
        "unlogged_call morning A p1",
        "unlogged_call morning p2",
    ]


def test_a_call_without_any_id_goes_by_its_row_the_routers_first(office: Office) -> None:
    office.pbx("", "10:00:00").call("", "10:00:00").pbx("", "11:00:00", OTHER).pbx("", "11:00:00", OTHER)
    assert office.reconcile().about("missed_call") == [
        "missed_call morning calls.csv:2",
        "missed_call morning pbx.csv:3",
        "missed_call morning pbx.csv:4",
    ]


def test_the_name_of_a_row_is_no_id_that_a_form_could_name(office: Office) -> None:
    office.call("", "10:00:00", NUMBER, "10:00:05", "", "A")
    said = office.form("f1", "11:30:00", call="calls.csv:2").reconcile()
    assert said.about("f1") == ["padded_form morning A f1"]


def test_a_slot_begins_with_its_first_moment_and_ends_before_its_last(office: Office) -> None:
    for id_, start in (
        ("a", "08:59:59"),
        ("b", "09:00:00"),
        ("c", "11:59:59.999"),
        ("d", "12:00:00"),
        ("e", "14:00:00"),
    ):
        office.call(id_, start)
    assert office.reconcile().found == [
        "missed_call morning b",
        "missed_call morning c",
        "missed_call noon d",
        "missed_call closed a",
        "missed_call closed e",
    ]


def test_slots_reach_midnight_and_begin_at_it_and_dates_are_the_zones(office: Office) -> None:
    office.texts["slots.csv"] = "slot,from,to\nlate,18:00,24:00\nnight,00:00,06:00\n"
    office.call("a", "00:00:00").call("b", "23:59:59").call("c", "-1 23:59:59").call("d", "+1 00:00:00")
    office.call("e", "2026-05-13T16:00:01Z")
    assert office.reconcile().found == ["missed_call night a", "missed_call night e", "missed_call late b"]


def test_rows_of_other_dates_join_and_are_not_reported(office: Office) -> None:
    office.pbx("p1", "-1 23:59:50").call("c1", "00:00:05").call("c2", "-1 22:00:00").pbx("p3", "+1 00:00:00")
    said = office.reconcile()
    assert said.found == ["missed_call closed c1"]  # nor a ghost: the PBX wrote nothing on that date
    assert said.slot("closed") == {
        "slot": "closed",
        "pbx": 1,
        "display": None,
        "router": 1,
        "answered": 0,
        "missed": 1,
        "forms": 0,
        "valid_forms": 0,
    }


def test_ghosts_are_seen_only_if_the_pbx_wrote_something_on_that_date(office: Office) -> None:
    office.call("c1", "10:00:00").pbx("p1", "+1 10:00:00")
    assert office.reconcile().about("ghost_call") == []
    office.pbx("p2", "08:00:00", OTHER)
    assert office.reconcile().about("ghost_call") == ["ghost_call morning c1"]


def test_the_display_is_compared_with_the_pbx_calls_of_its_slot(office: Office) -> None:
    office.pbx("p1", "10:00:00").pbx("p1", "10:00:10").display("morning", "1").display("noon", "").display(
        "closed", "2"
    )
    said = office.reconcile()
    assert said.about("display_mismatch") == ["display_mismatch closed"]
    assert [(row["slot"], row["display"]) for row in said.result["slots"]] == [
        ("morning", 1),
        ("noon", None),
        ("closed", 2),
    ]


def test_without_pbx_rows_of_that_date_the_display_disagrees_with_nothing(office: Office) -> None:
    office.call("c1", "10:00:00").display("morning", "7").display("closed", "1")
    said = office.reconcile()
    assert said.found == ["missed_call morning c1"]
    assert [row["slot"] for row in said.result["slots"]] == ["morning", "noon"]


def test_the_pbx_lends_the_number_that_the_router_was_not_told(office: Office) -> None:
    office.pbx("c1", "10:00:00", NUMBER).call("c1", "10:00:00", "anonymous", "10:00:01", "", "A")
    assert office.form("f1", "10:01:00", number=OTHER, call="c1").reconcile().found == ["wrong_number morning A c1 f1"]


@pytest.mark.parametrize(("by", "wrong"), [("A", False), ("B", False), ("C", True)])
def test_whom_the_router_names_talked_and_whom_the_pbx_names_too(office: Office, by: str, wrong: bool) -> None:
    office.pbx("c1", "10:00:00", NUMBER, "10:00:01", "", "B").call("c1", "10:00:00", NUMBER, "10:00:01", "", "A")
    assert bool(office.form("f1", "10:01:00", by=by, call="c1").reconcile().about("wrong_consultant")) is wrong
