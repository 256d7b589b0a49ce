"""What an earlier start left running is ended; what somebody else does in the data folder is not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from router.cli.data_folder import DataFolder
from router.cli.supervise import end_orphans


def test_a_pager_on_a_log_is_no_orphan(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    log = folder.logs / "asterisk.log"
    log.touch()
    with subprocess.Popen(["tail", "-f", str(log)], stdout=subprocess.DEVNULL) as pager:
        try:
            assert end_orphans(folder) == []
            assert pager.poll() is None
        finally:
            pager.terminate()


def test_a_supervisor_of_this_folder_is_ended_and_named(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    conf = folder.run / "supervisord.conf"
    conf.write_text(f"[supervisord]\nnodaemon=true\nlogfile={folder.logs / 's.log'}\n", encoding="utf-8")
    command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(conf)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as left_over:
        (ended,) = end_orphans(folder)
        assert ended.startswith(f"{left_over.pid} ")
        assert left_over.wait(5) is not None
