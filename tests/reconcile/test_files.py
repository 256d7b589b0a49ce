"""DOMAIN 6 "Files": how the CSV files are read, and what is said of rows that can't be."""

from __future__ import annotations

import pytest

from router.reconcile.files import COLUMNS
from tests.reconcile.office import NUMBER, SLOTS, Office


def complaints(office: Office, *arguments: str) -> list[str]:
    """The lines on standard error, where nothing may be on standard output."""
    said = office.reconcile("--language", "en", *arguments)
    assert (said.exit_code, said.stdout) == (2, "")
    return said.stderr.splitlines()


# --- the shape of files


def test_an_empty_day_has_its_slots_and_nothing_else(office: Office) -> None:
    said = office.reconcile()
    assert said.exit_code == 0
    assert said.stderr == ""
    counts = {"pbx": 0, "display": None, "router": 0, "answered": 0, "missed": 0, "forms": 0, "valid_forms": 0}
    assert said.result == {
        "date": "2026-05-14",
        "slots": [{"slot": "morning", **counts}, {"slot": "noon", **counts}],
        "findings": [],
        "bad_rows": [],
    }


def test_a_bom_other_line_ends_trimmed_values_and_columns_in_any_order_are_fine(office: Office) -> None:
    office.texts["calls.csv"] = (
        "\ufeff caller ,remarks,consultant,call_id,ended_at,answered_at,arrived_at\r\n"
        '　13900000001 ,"said ""hi"", twice", A　,\tc1 ,,2026-05-14T02:00:05Z, 2026-05-14T10:00:00+08:00\u00a0\r\n'
    )
    said = office.form("f1", "10:01:00").reconcile()
    assert said.found == []
    assert said.slot("morning")["answered"] == 1


def test_blank_lines_are_no_rows_and_lines_are_counted_as_they_lie_in_the_file(office: Office) -> None:
    office.texts["forms.csv"] += '\n \n,,,,,,,,,,,\nf1,,,A,,,,,"two\nlines",x,y,z\n\nf2,,,A,soon,,,,,,,\n\n'
    office.texts["forms.csv"] += "f3,,,A,,,,sale,,,,\n"
    said = office.reconcile("--skip-bad-rows")
    assert said.bad == ["forms.csv:8", "forms.csv:10"]
    assert said.about("padded_form") == ["padded_form closed A f1"]


def test_a_row_that_goes_over_several_lines_is_named_by_its_first(office: Office) -> None:
    office.texts["forms.csv"] += 'f1,,,A,soon,,,,"one\ntwo\nthree",,,\n'
    assert office.reconcile("--skip-bad-rows").bad == ["forms.csv:2"]


def test_short_rows_lack_what_is_not_there_and_long_rows_have_further_columns(office: Office) -> None:
    office.texts["calls.csv"] += "c1,2026-05-14T10:00:00+08:00\nc2,2026-05-14T11:00:00+08:00,,,,A,x,y\n"
    assert office.reconcile().found == ["missed_call morning c1", "missed_call morning c2"]


def test_a_quotation_mark_that_is_never_closed_is_said_as_it_swallows_what_follows(office: Office) -> None:
    office.texts["calls.csv"] += '"c1,2026-05-14T10:00:00+08:00,,,,A\nc2,2026-05-14T11:00:00+08:00,,,,A\n'
    (line,) = complaints(office)
    assert line.startswith('calls.csv:2: a quotation mark is never closed, from "c1,')


def test_a_file_that_is_no_utf8_says_so_by_row_and_on_one_line(office: Office) -> None:
    office.texts["calls.csv"] += "c1,2026-05-14T10:00:00+08:00,,,,\udcb3\udcc2\n"
    assert complaints(office) == [
        'calls.csv:2: consultant is "\\udcb3\\udcc2", which is not UTF-8; save the file as UTF-8'
    ]


def test_columns_that_nobody_reads_may_hold_anything(office: Office) -> None:
    office.texts["calls.csv"] = office.texts["calls.csv"].replace("\n", ",note\n") + (
        "c1,2026-05-14T10:00:00+08:00,,,,A,\udcb3\udcc2\n"
    )
    assert office.reconcile().found == ["missed_call morning c1"]


# --- what is missing


@pytest.mark.parametrize("file", ["slots.csv", "pbx.csv", "calls.csv", "forms.csv"])
def test_a_missing_file_is_an_error_also_when_bad_rows_are_skipped(office: Office, file: str) -> None:
    del office.texts[file]
    office.form("f1", slot="night") if file == "slots.csv" else office.row("slots.csv", "x", "soon", "later")
    assert [line.split(": ")[0] for line in complaints(office, "--skip-bad-rows")] == [f"{file}:1"]


def test_the_display_file_may_be_missing_but_not_its_columns(office: Office) -> None:
    assert office.reconcile().exit_code == 0
    office.texts["display.csv"] = "slot\nmorning\n"
    assert complaints(office) == ["display.csv:1: the header lacks the column count; add it to the header line"]


@pytest.mark.parametrize(
    ("file", "column"), [(file, column) for file, columns in COLUMNS.items() for column in columns]
)
def test_each_column_is_needed_also_when_bad_rows_are_skipped(office: Office, file: str, column: str) -> None:
    office.display("morning", "0")
    header, *rows = office.texts[file].split("\n")
    office.texts[file] = "\n".join([header.replace(column, f"my_{column}", 1), *rows])
    if column == "to":
        office.texts[file] = office.texts[file].replace("my_to", "until")
    said = office.reconcile("--skip-bad-rows", "--language", "en")
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.splitlines() == [f"{file}:1: the header lacks the column {column}; add it to the header line"]


def test_an_empty_file_lacks_all_its_columns_each_on_a_line(office: Office) -> None:
    office.texts["slots.csv"] = ""
    assert [line.split(";")[0] for line in complaints(office)] == [
        f"slots.csv:1: the header lacks the column {column}" for column in ("slot", "from", "to")
    ]


def test_a_column_that_comes_twice_is_not_guessed_at(office: Office) -> None:
    office.texts["slots.csv"] = "slot,from,to,from\n"
    assert complaints(office) == ["slots.csv:1: the header has the column from twice; keep one of them"]


# --- rows that can't be read


def test_every_bad_row_of_every_file_is_said_in_one_run(office: Office) -> None:
    office.texts["slots.csv"] += "night,18:00,25:00\n"
    office.pbx("p1", "").call("c1", "").form("f1", "soon").display("night", "1")
    assert [line.split(": ")[0] for line in complaints(office)] == [
        "slots.csv:4",
        "pbx.csv:2",
        "calls.csv:2",
        "forms.csv:2",
        "display.csv:2",
    ]


@pytest.mark.parametrize(
    "text",
    ["soon", "2026-05-14", "2026-05-14T10:00:00", "20/11 10:30", "2026-05-14T25:10:00+08:00", "2026-02-30T10:00:00Z"],
)
@pytest.mark.parametrize(
    ("file", "column"),
    [
        *[("pbx.csv", column) for column in ("started_at", "answered_at", "ended_at")],
        *[("calls.csv", column) for column in ("arrived_at", "answered_at", "ended_at")],
        *[("forms.csv", column) for column in ("taken_at", "filed_at")],
    ],
)
def test_a_time_needs_a_date_a_clock_and_an_offset(office: Office, file: str, column: str, text: str) -> None:
    values = {"started_at": "10:00:00", "arrived_at": "10:00:00", column: text}
    office.row(file, *(values.get(name, "") for name in COLUMNS[file]))
    (line,) = complaints(office)
    assert (
        line
        == f'{file}:2: {column} is "{text}", which is no time with an offset; write it like 2026-12-01T09:30:00+08:00'
    )
    said = office.reconcile("--skip-bad-rows")
    assert (said.bad, said.found) == ([f"{file}:2"], [])


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
def test_a_time_outside_the_calendar_is_a_bad_row_and_no_crash(office: Office, text: str) -> None:
    office.call("c1", text)
    assert office.reconcile("--skip-bad-rows").bad == ["calls.csv:2"]


@pytest.mark.parametrize("file", ["pbx.csv", "calls.csv"])
def test_a_call_row_needs_its_start(office: Office, file: str) -> None:
    office.row(file, "c1", "", NUMBER, "10:00:05", "10:01:00", "A")
    assert office.reconcile("--skip-bad-rows").bad == [f"{file}:2"]
    assert "a call needs its start" in complaints(office)[0]


def test_of_two_rows_with_one_id_the_later_is_bad_for_forms_and_the_router(office: Office) -> None:
    office.call("c1", "10:00:00").call("c1", "11:00:00").form("f1", "09:30:00").form("f1", "12:30:00")
    office.call("", "12:00:00").call("", "12:00:00").form("", "13:00:00").form("", "13:00:00")
    said = office.reconcile("--skip-bad-rows")
    assert said.bad == ["calls.csv:3", "forms.csv:3"]
    assert said.about("c1", "f1") == ["missed_call morning c1", "padded_form morning A f1"]


def test_the_pbx_may_write_one_id_in_several_rows(office: Office) -> None:
    assert office.pbx("p1", "10:00:00").pbx("p1", "10:01:00").reconcile().slot("morning")["pbx"] == 1


@pytest.mark.parametrize(
    ("column", "value"), [("slot", "night"), ("slot", "Morning"), ("kind", "sale"), ("kind", "来访")]
)
def test_a_form_of_an_unknown_slot_or_kind_is_a_bad_row(office: Office, column: str, value: str) -> None:
    office.form("f1", "10:00:00", **{column: value})  # type: ignore[arg-type]
    assert value in complaints(office)[0]
    assert office.reconcile("--skip-bad-rows").bad == ["forms.csv:2"]


@pytest.mark.parametrize(
    ("slot", "count"), [("night", "1"), ("", "1"), ("noon", "-1"), ("noon", "many"), ("noon", "1.5")]
)
def test_a_display_count_is_a_whole_number_for_a_known_slot(office: Office, slot: str, count: str) -> None:
    office.display(slot, count)
    assert office.reconcile("--skip-bad-rows").bad == ["display.csv:2"]
    assert office.reconcile("--skip-bad-rows").slot("noon")["display"] is None


def test_two_counts_for_one_slot_are_not_guessed_at(office: Office) -> None:
    said = office.display("noon", "1").display("noon", "2").reconcile("--skip-bad-rows")
    assert (said.bad, said.slot("noon")["display"]) == (["display.csv:3"], 1)


@pytest.mark.parametrize(
    "row",
    [
        *("a,soon,15:00", "a,14:00,24:01", "a,14:60,15:00", "a,22:00,06:00", "a,15:00,15:00", "a,11:00,15:00"),
        *("a,24:00,24:00", "noon,15:00,16:00", "closed,15:00,16:00", ",15:00,16:00"),
    ],
)
def test_a_slot_has_a_name_of_its_own_two_times_and_overlaps_no_other(office: Office, row: str) -> None:
    office.texts["slots.csv"] += row + "\n"
    said = office.reconcile("--skip-bad-rows")
    assert said.bad == ["slots.csv:4"]
    assert [slot["slot"] for slot in said.result["slots"]] == ["morning", "noon"]


def test_what_names_a_slot_that_was_left_out_is_left_out_too(office: Office) -> None:
    office.texts["slots.csv"] = SLOTS + "night,18:00,17:00\n"
    assert office.form("f1", slot="night").reconcile("--skip-bad-rows").bad == ["slots.csv:4", "forms.csv:2"]


def test_slots_are_sorted_by_start_however_they_are_written(office: Office) -> None:
    office.texts["slots.csv"] = "slot,from,to\nb,12:00,24:00\na,00:00,9:30\n"
    assert [slot["slot"] for slot in office.reconcile().result["slots"]] == ["a", "b"]


def test_all_that_is_wrong_with_a_row_is_on_its_one_line_and_in_one_entry(office: Office) -> None:
    office.form("f1", "soon", "later", slot="night", kind="sale")
    (line,) = complaints(office)
    assert all(f'"{value}"' in line for value in ("soon", "later", "night", "sale"))
    (bad,) = office.reconcile("--skip-bad-rows", "--language", "en").result["bad_rows"]
    assert f"{bad['file']}:{bad['line']}: {bad['why']}" == line


def test_a_row_left_out_has_no_part_in_anything(office: Office) -> None:
    office.answered("c1").pbx("p1", "11:00:00", NUMBER, "soon").form("f1", "10:00:00", "soon", slot="noon")
    said = office.reconcile("--skip-bad-rows")
    assert (said.bad, said.found) == (["pbx.csv:3", "forms.csv:2"], [])


def test_a_value_can_not_write_lines_or_colours_of_its_own(office: Office) -> None:
    office.texts["forms.csv"] += '"f1",,,A,"so\non\x1b[31m",,,,,,,\n'
    assert complaints(office)[0].startswith('forms.csv:2: taken_at is "so\\u000aon\\u001b[31m", which')


def test_an_id_is_taken_by_an_earlier_row_though_that_row_is_bad_too(office: Office) -> None:
    office.form("f1", "soon").form("f1", "10:00:00")
    assert office.reconcile("--skip-bad-rows").bad == ["forms.csv:2", "forms.csv:3"]
