"""Two jobs processes on one database, in the same moment: everything is told, sent and done once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from router.store.jobs import runs_of_job
from router.store.tables.notices import NoticeRow, OutboxRow
from tests.jobs.one_of_two import TODAY
from tests.jobs.test_notices import Office, Server, database, server

__all__ = ["database", "server"]


def _start(database: Engine, port: int, file: Path) -> subprocess.Popen[str]:
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.jobs.one_of_two", url, str(port), str(file)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.usefixtures("server")
def test_what_two_processes_find_in_the_same_moment_is_told_sent_and_done_once(
    database: Engine, server: Server, tmp_path: Path
) -> None:
    office, nights = Office(database), tmp_path / "nights"
    for _ in range(10):
        office.happens("Missed", why="no_answer", callback=None)
        office.happens("HungUp")
    both = [_start(database, server.port, nights) for _ in range(2)]
    try:
        for one in both:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        for one in both:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        said = [one.communicate(timeout=60) for one in both]
    finally:
        for one in both:
            one.kill()
            one.wait()
    assert [out.splitlines()[-1:] for out, _ in said] == [["done"]] * 2, said
    assert not [one for one in said if "Traceback" in "".join(one)]
    with Session(database) as session:
        told = Counter(session.scalars(select(NoticeRow.what)))
        sent = session.scalars(select(OutboxRow)).all()
        runs = runs_of_job(session, "reconcile")
        assert told == {"missed": 10, "router_blind": 1}
        assert [row.tries for row in sent] == [1] * 20
        assert [(run.failure, run.ended_at is not None) for run in runs] == [("", True)]
    assert len({headers["webhook-id"] for headers, _ in server.got}) == len(server.got) == 20
    assert nights.read_text(encoding="utf-8") == f"{TODAY}\n", "one night, once"
