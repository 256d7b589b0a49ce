"""What supervisor is told of the parts."""

from __future__ import annotations

import configparser
from pathlib import Path

from router.cli.data_folder import DataFolder
from router.cli.supervise import Program, write_supervisor_file


def test_a_part_that_fails_is_started_again_for_ever(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.make()
    written = configparser.RawConfigParser()
    written.read(write_supervisor_file(folder, [Program(name="engine", command=("true",), order=1)]))
    part = written["program:engine"]
    assert part["autorestart"] == "true"
    assert int(part["startretries"]) > 100_000, "each try waits a second longer, and none is the last for years"
