"""Commands that are pointed at a folder where nothing is: one line with the cure, exit status 2, no folder made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = ("doctor", "records show", "fairness", "explain x", "token list", "config diff", "replay 2026-11-24")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_data_folder_that_is_not_there_is_told_in_one_line(command: str, tmp_path: Path) -> None:
    nowhere = tmp_path / "none"
    words = [sys.executable, "-m", "router.cli.main", *command.split(), "--data", str(nowhere)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("hotline: ")
    assert done.stderr.count("\n") == 1
    assert not nowhere.exists()
