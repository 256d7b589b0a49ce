"""A phone's password is shown to a person once, and never where what is said is kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from router.cli.data_folder import DataFolder
from router.cli.up import is_log


def test_a_password_is_shown_once(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.secret_to_show("sip-101") == folder.secret("sip-101")
    assert folder.secret_to_show("sip-101") == ""
    assert DataFolder(tmp_path).secret_to_show("sip-101") == "", "after a new start, too"
    assert folder.secret_to_show("sip-102")


def test_a_file_and_the_journal_are_logs_and_a_pipe_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "log").open("w") as file:
        assert is_log(file.fileno())
    reading, writing = os.pipe()
    try:
        assert not is_log(writing)
        status = os.fstat(writing)
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        assert is_log(writing)
    finally:
        os.close(reading)
        os.close(writing)
