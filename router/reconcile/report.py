"""A report for programs and for people: the result as plain data, and as tables for a terminal.

May live here: presentation only; what is said is decided in `findings.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from router.reconcile.csv_file import BadRow, printable
from router.reconcile.findings import Finding, Report, SlotCount
from router.reconcile.rows import CLOSED
from router.reconcile.texts import KINDS, REPORT
from router.texts import Language


def as_data(report: Report, bad_rows: Sequence[BadRow], language: Language) -> dict[str, Any]:
    """The result as DOMAIN 6 "Files" gives it, for JSON."""
    return {
        "date": report.date,
        "slots": [asdict(count) for count in report.slots],
        "findings": [asdict(finding) for finding in report.findings],
        "bad_rows": [{"file": bad.file, "line": bad.line, "why": bad.why(language)} for bad in bad_rows],
    }


def as_tables(report: Report, bad_rows: Sequence[BadRow], language: Language) -> RenderableType:
    """The result for a terminal: counts by slot, findings, rows left out."""

    def say(word: str, **values: object) -> str:
        return REPORT[word].fill(**values).render(language)

    parts: list[RenderableType] = [_counts(report, language)]
    if report.findings:
        parts += ["", say("findings", count=len(report.findings)), _findings(report.findings, language)]
    else:
        parts += ["", say("nothing")]
    if bad_rows:
        parts += ["", say("left-out", count=len(bad_rows))]
        parts += [Text(f"{bad.file}:{bad.line}: {bad.why(language)}") for bad in bad_rows]
    return Group(*parts)


def _counts(report: Report, language: Language) -> Table:
    table = Table(title=REPORT["title"].fill(date=report.date).render(language), title_justify="left")
    for field in fields(SlotCount):
        table.add_column(REPORT[field.name].render(language), justify="left" if field.name == "slot" else "right")
    for count in report.slots:
        numbers = [getattr(count, field.name) for field in fields(SlotCount) if field.name != "slot"]
        table.add_row(_slot(count.slot, language), *("–" if number is None else str(number) for number in numbers))
    return table


def _findings(findings: Sequence[Finding], language: Language) -> Table:
    table = Table()
    for name in ("slot", "finding", "person", "call", "form"):
        table.add_column(REPORT[name].render(language), overflow="fold")
    for found in findings:
        values = (Text(printable(value)) for value in (found.person, found.call, found.form))
        table.add_row(_slot(found.slot, language), KINDS[found.kind].render(language), *values)
    return table


def _slot(name: str, language: Language) -> Text:
    return Text(REPORT["closed"].render(language) if name == CLOSED else printable(name))
