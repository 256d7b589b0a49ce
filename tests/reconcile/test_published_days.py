"""Days with their full results, kept beside the checkout together with the rules: equal in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reconcile.office import run

ROOT = Path(__file__).resolve().parents[2]
BESIDE = [parent / "shared" / "cases" / "reconcile" for parent in (ROOT.parent, ROOT.parent.parent)]
DAYS = sorted(path.parent for cases in BESIDE for path in cases.glob("*/want.json"))


@pytest.mark.parametrize("folder", DAYS, ids=lambda folder: folder.name)
def test_published_days_equal_in_full(folder: Path) -> None:
    want = json.loads((folder / "want.json").read_text(encoding="utf-8"))
    said = run("--files", str(folder), "--json", *(folder / "args").read_text(encoding="utf-8").split())
    if "slots" not in want:
        assert (said.exit_code, said.stdout) == (2, "")
        lines = [line.split(": ")[0] for line in said.stderr.splitlines()]
        assert lines == [f"{bad['file']}:{bad['line']}" for bad in want["bad_rows"]]
        return
    got = said.result
    assert all(bad.pop("why") for bad in got["bad_rows"])  # free text, and never empty
    assert got == want
