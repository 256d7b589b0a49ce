"""A database that has lived for years. May live here: filling every big table, in the database itself, quickly.

Rows are made by SQL that counts (`n`), so that plans are looked at with a planner that knows how much there is.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine, text

CALLS_A_DAY = 100
LAST_DAY = date(2026, 11, 30)
AT = "datetime('2026-11-30 01:00:00', '-' || ((:calls - n) / 100) || ' days', '+' || ((n % 100) * 5) || ' minutes')"
WHO = "char(65 + n % 4)"

# table -> rows for each call (a fraction: every so many calls), and the value of each column
ROWS: dict[str, tuple[float, dict[str, str]]] = {
    "customer": (0.3, {
        "id": "n", "owner": WHO, "last_contact_at": AT, "known_since": AT, "name": "''", "remarks": "''",
    }),
    "customer_number": (0.3, {
        "id": "n", "customer_id": "n", "journal": "'j'", "key": "n", "number": "'+861' || (3000000000 + n)",
        "further": "0",
    }),
    "call": (1, {
        "id": "'c' || n", "uniqueid": "'170.' || n", "systemname": "''", "trunk": "'t'", "hotline": "'4008001234'",
        "number_id": "1 + n % (:calls * 3 / 10)", "slot_name": "'白班'", "slot_started_at": AT, "arrived_at": AT,
        "answered_at": f"CASE WHEN n % 5 THEN {AT} END", "ended_at": f"datetime({AT}, '+2 minutes')", "ended_by": "''",
        "answerer": f"CASE WHEN n % 5 THEN {WHO} END", "person": f"CASE WHEN n % 5 THEN {WHO} END", "stage": "'rotation'",
        "turn": "'used'", "late": "0", "missed_why": "CASE WHEN n % 5 = 0 THEN 'abandoned' END", "served_by": "'router'",
        "recovered": "0", "marks": "'[]'",
    }),
    "trail": (4, {
        "journal": "'j'", "seq": "n", "position": "0", "at": "(SELECT arrived_at FROM call WHERE site_id = 1 AND id = 'c' || ((n + 3) / 4))",
        "call_id": "'c' || ((n + 3) / 4)", "kind": "'Fact'",
        "body": "'{\"what\": \"warned\", \"person\": \"A\", \"by\": \"\"}'", "source": "''", "refused": "''",
    }),
    "turn": (1, {
        "journal": "'j'", "seq": "n", "position": "0", "at": AT, "sheet_started_at": AT, "slot_name": "'白班'",
        "\"group\"": "'call'", "round": "n / 4", "person": WHO, "what": "CASE n % 4 WHEN 0 THEN 'offered' ELSE 'used' END",
        "why": "''", "by": "''", "note": "''", "call_id": "'c' || n",
    }),
    "turn_ledger": (1, {
        "journal": "'j'", "seq": "n", "position": "0", "place": "0", "at": AT, "sheet_started_at": f"date({AT})",
        "slot_name": "'白班'", "\"group\"": "'call'", "round": "n / 4", "person": WHO,
        "what": "CASE n % 2 WHEN 0 THEN 'due' ELSE 'used' END", "why": "''", "call_id": "'c' || n",
    }),
    "pbx_row": (2, {
        "source_id": "1", "row_key": "n", "call_id": "'170.' || ((n + 1) / 2)", "direction": "CASE WHEN n % 4 THEN 'in' ELSE 'out' END",
        "number": "'+861' || (3000000000 + n)", "hotline": "''", "trunk": "''",
        "started_at": "(SELECT arrived_at FROM call WHERE site_id = 1 AND id = 'c' || ((n + 1) / 2))",
        "answered_at": "(SELECT answered_at FROM call WHERE site_id = 1 AND id = 'c' || ((n + 1) / 2))", "answered_by": WHO, "ended_by": "''",
    }),
    "form": (0.7, {
        "id": "n", "call_id": "'c' || n", "nth": "1", "version": "1", "consultant": WHO, "kind": "'purchase'",
        "taken_at": "(SELECT arrived_at FROM call WHERE site_id = 1 AND id = 'c' || n)", "filed_at": "(SELECT ended_at FROM call WHERE site_id = 1 AND id = 'c' || n)",
        "slot_name": "'白班'", "fields": "'{\"name\": \"王女士\"}'", "entered": "'page'",
    }),
    "form_revision": (0.7, {
        "form_id": "n", "revision": "1", "written_at": "(SELECT ended_at FROM call WHERE site_id = 1 AND id = 'c' || n)", "written_by": "'x'",
        "why": "''", "\"values\"": "'{}'", "told_at": "(SELECT ended_at FROM call WHERE site_id = 1 AND id = 'c' || n)", "refused": "''",
    }),
    "form_review": (0.1, {
        "form_id": "n", "revision": "1", "at": AT, "by": "'x'", "verdict": "'approved'", "remark": "''",
    }),
    "finding": (0.2, {
        "id": "n", "day": "date((SELECT arrived_at FROM call WHERE site_id = 1 AND id = 'c' || (n * 5)))", "kind": "'missing_form'",
        "slot": "'白班'", "person": WHO, "call": "'170.' || (n * 5)", "form": "''", "version": "1",
        "state": "CASE WHEN n * 5 > :calls - 300 THEN 'open' ELSE 'confirmed' END", "found_at": AT, "changed_at": AT,
    }),
    "finding_act": (0.2, {"finding_id": "n", "at": AT, "by": "'x'", "state": "'confirmed'", "reason": "''"}),
    "callback": (0.1, {
        "number_id": "n", "call_id": "'c' || (n * 10)", "owed_since": "(SELECT arrived_at FROM call WHERE site_id = 1 AND id = 'c' || (n * 10))",
        "missed_calls": "1", "person": WHO, "assigned_by": "''", "version": "1",
        "settled_at": "CASE WHEN n * 10 < :calls - 300 THEN (SELECT ended_at FROM call WHERE site_id = 1 AND id = 'c' || (n * 10)) END",
    }),
    "contact": (0.3, {"journal": "'j'", "seq": "n", "number_id": "n", "at": AT, "person": WHO, "how": "'visit'", "by": "''"}),
    "notice": (0.2, {
        "id": "n", "key": "n", "what": "'missed'", "person": f"CASE WHEN n % 2 THEN {WHO} END", "call_id": "'c' || (n * 5)",
        "at": "(SELECT arrived_at FROM call WHERE site_id = 1 AND id = 'c' || (n * 5))", "details": "'{}'",
    }),
    "outbox": (0.2, {
        "target": "'crm'", "key": "n", "body": "'{}'", "made_at": AT, "tries": "1", "sent_at": AT, "failure": "''",
    }),
    "presence_change": (0.2, {
        "journal": "'j'", "seq": "n", "at": "(SELECT arrived_at FROM call WHERE site_id = 1 AND id = 'c' || (n * 5))", "person": WHO,
        "presence": "'present'", "by": "''", "source": "'web'", "why": "''", "check_in": "0",
    }),
    "reconcile_run": (0.02, {
        "day": "date((SELECT arrived_at FROM call WHERE site_id = 1 AND id = 'c' || min(n * 50, :calls)))", "started_at": AT, "ended_at": AT,
        "asked_by": "'nightly'", "failure": "''", "has_pbx": "1", "slots": "'[]'",
    }),
}  # fmt: skip
BIG = frozenset(ROWS)


def fill(database: Engine, calls: int) -> None:
    """Years of calls up to `LAST_DAY`, with all that goes with them, and what the planner must know of it."""
    with database.begin() as connection:
        connection.execute(text("PRAGMA foreign_keys=OFF"))
        connection.execute(
            text("INSERT INTO pbx_source (id, site_id, name, position, failure) VALUES (1, 1, 'x', '{}', '')")
        )
        for table, (each, values) in ROWS.items():
            columns = ", ".join(("site_id", *values))
            counted = "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < :rows)"
            made = f"INSERT INTO {table} ({columns}) {counted} SELECT 1, {', '.join(values.values())} FROM count"  # noqa: S608  (names of ours)
            connection.execute(text(made), {"rows": int(calls * each), "calls": calls})
        connection.execute(text("ANALYZE"))
