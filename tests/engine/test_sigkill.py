"""An engine that is killed in the middle of its work has kept every request that it had answered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from router.core import inputs
from router.core.words import PersonId
from router.desk_client.client import EngineClient
from router.wire.errors import EngineUnreachableError
from tests.engine.office import office

ENGINE = """
import sys, threading
from pathlib import Path
from router import logs
from tests.engine.office import TestOffice

logs.configure()  # to standard error, as every process of the service does
folder = Path(sys.argv[1])
office = TestOffice(folder)
office.serve(folder / "engine.sock")
print("ready", flush=True)
office.engine.run(threading.Event())
"""


def _start(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", ENGINE, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    if said != "ready\n":  # nothing of it may be left to the tests that follow
        process.kill()
        process.communicate()
    assert said == "ready\n"
    return process


def test_every_answered_request_survives_a_kill_and_a_second_start(tmp_path: Path) -> None:
    client = EngineClient(tmp_path / "engine.sock")
    answered: list[int] = []
    for _ in range(2):
        process = _start(tmp_path)
        killer = threading.Timer(0.4, os.kill, (process.pid, signal.SIGKILL))
        killer.start()
        try:
            while True:
                person = len(answered)
                client.tell(inputs.PersonKnown(person=PersonId(f"p{person}")), source="test", key=f"k{person}")
                answered.append(person)
        except EngineUnreachableError:
            pass
        killer.join()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()
    assert len(answered) > 10
    with office(tmp_path) as made:
        people = made.desk.office.people
        assert [person for person in answered if f"p{person}" not in people] == []
        for person in answered:
            assert made.journal.request(f"k{person}") is not None
