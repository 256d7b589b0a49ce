"""A year on record, reconciled: `python -m tests.bench.backfill [--calls 1000000] [--days 365] [--keep FOLDER]`.

Makes a SQLite database with as many calls, PBX rows and forms, then runs the real `hotline backfill` in a process of
its own and prints its seconds and its peak of memory; then one ordinary night, and a day of ten times the calls.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from router.config.load import load_site
from router.store.database import open_database
from router.store.migrate import migrate_database
from router.store.office.seed import seed
from router.store.tables.calls import CallRow
from router.store.tables.customers import CustomerRow, NumberRow
from router.store.tables.forms import FormRow
from router.store.tables.pbx import PbxRow, PbxSourceRow
from router.telephony.private.instance import CDR_FILE, CEL_FILE

SITE = """
[site]
name = "锦绣江南售楼处"
[[consultant]]
id = "P00"
name = "陈晨"
phone = { account = "101" }
[[plan]]
days = "daily"
slots = [
  { name = "白班", from = "08:00", to = "14:00", call = ["P00"] },
  { name = "晚班", from = "14:00", to = "20:00", call = ["P00"] },
]
"""
PEOPLE = tuple(f"P{n:02}" for n in range(30))
OPENS = 8 * 3600
OPEN_SECONDS = 12 * 3600
NUMBERS = 200_000


def make_numbers(connection: Connection) -> None:
    """Customers with a number each."""
    now = datetime(2025, 1, 1, tzinfo=UTC)
    ids = range(1, NUMBERS + 1)
    connection.execute(insert(CustomerRow), [{"id": n, "site_id": 1, "known_since": now} for n in ids])
    rows = ({"id": n, "site_id": 1, "customer_id": n, "journal": "j", "key": n, "number": number(n)} for n in ids)
    connection.execute(insert(NumberRow), list(rows))
    connection.execute(insert(PbxSourceRow).values(id=1, site_id=1, name="private", position={}))


def number(n: int) -> str:
    """The n-th customer's number."""
    return f"+8613{900_000_000 + n:09}"


def make_day(connection: Connection, day: date, calls: int, chance: random.Random) -> None:
    """One date: nine calls of ten answered, nearly all forms right, a few of each mistake."""
    midnight = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=8)
    made = [one_call(f"{day:%Y%m%d}-{n}", midnight, chance) for n in range(calls)]
    connection.execute(insert(CallRow), [call for call, _, _ in made if call])
    connection.execute(insert(PbxRow), [row for _, row, _ in made if row])
    connection.execute(insert(FormRow), [form for _, _, form in made if form])


Values = dict[str, Any]


def one_call(
    name: str, midnight: datetime, chance: random.Random
) -> tuple[Values | None, Values | None, Values | None]:
    """A call with its PBX row and its form, any of which may be missing."""
    arrived = midnight + timedelta(seconds=OPENS + chance.randrange(OPEN_SECONDS))
    ended = arrived + timedelta(seconds=chance.randrange(20, 300))
    who, customer = chance.choice(PEOPLE), chance.randrange(1, NUMBERS + 1)
    answered = arrived + timedelta(seconds=7) if chance.random() < 0.9 else None
    call = {
        "site_id": 1,
        "id": f"c{name}",
        "uniqueid": name,
        "number_id": customer,
        "arrived_at": arrived,
        "answered_at": answered,
        "ended_at": ended,
        "person": who if answered else None,
        "late": False,
        "served_by": "router",
        "recovered": False,
        "marks": [],
    }
    row = {
        "site_id": 1,
        "source_id": 1,
        "row_key": name,
        "call_id": name,
        "direction": "in",
        "number": number(customer),
        "started_at": arrived,
        "answered_at": answered,
        "ended_at": ended,
        "answered_by": who if answered else "",
        "ended_by": "",
    }
    return call, row if chance.random() < 0.998 else None, one_form(call, number(customer), chance)


def one_form(call: Values, written: str, chance: random.Random) -> Values | None:
    """The form of a call: most name it, some must be matched by number."""
    if chance.random() < 0.01:
        return None
    mistake = chance.random()
    said = {"name": "张总", "number": written[3:], "media": "报纸", "intent": "B", "appointment": "no"}
    if mistake < 0.01:
        said["number"] = said["number"][:-1] + "0"
    elif mistake < 0.02:
        del said["media"]
    return {
        "site_id": 1,
        "call_id": call["id"] if chance.random() < 0.9 else None,
        "kind": "purchase",
        "consultant": call["person"] or PEOPLE[0],
        "taken_at": call["arrived_at"],
        "slot_name": "",
        "filed_at": call["ended_at"] + timedelta(minutes=chance.randrange(1, 32)),
        "fields": said,
    }


def days_of(first: date, count: int) -> Iterator[date]:
    """Some dates in a row."""
    return (first + timedelta(days=offset) for offset in range(count))


def make(folder: Path, first: date, counts: list[int]) -> None:
    """The data folder: so many calls on each date."""
    site_file = folder / "site.toml"
    for name in (CDR_FILE, CEL_FILE):  # nothing new to read: all is in the database
        (folder / "asterisk" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "asterisk" / name).touch()
    site_file.write_text(SITE, encoding="utf-8")
    database = open_database(f"sqlite:///{folder / 'hotline.db'}")
    migrate_database(database)
    with Session(database) as session:
        seed(session, load_site(site_file))
        session.commit()
    chance = random.Random(1)
    with database.begin() as connection:
        make_numbers(connection)
    for day, calls in zip(days_of(first, len(counts)), counts, strict=True):
        with database.begin() as connection:
            make_day(connection, day, calls, chance)
    database.dispose()


def backfill(folder: Path, first: date, last: date) -> tuple[float, float, float, str]:
    """Seconds, seconds of CPU, peak MB and last line of the real command, start of Python and imports included."""
    command = (sys.executable, "-m", "router.cli.main", "backfill", "--again", "--from", str(first), "--to", str(last))
    begun = time.perf_counter()
    where = ("--config", str(folder / "site.toml"), "--data", str(folder))
    cpu = cpu_of_children()
    running = subprocess.Popen((*command, *where), stdout=subprocess.PIPE, text=True)
    peak = 0.0
    while running.poll() is None:
        peak = max(peak, peak_mb(running.pid))  # of this image alone: rusage would count what it was forked from
        time.sleep(0.05)
    said = running.stdout.read().strip() if running.stdout else ""
    return time.perf_counter() - begun, cpu_of_children() - cpu, peak, said


def cpu_of_children() -> float:
    """Seconds of CPU of all processes that were started and have ended: what a busy machine says of speed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_mb(pid: int) -> float:
    """The most memory that a process has had since it was started; 0 once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return int(line.split()[1]) / 1024


@click.command()
@click.option("--calls", default=1_000_000, show_default=True)
@click.option("--days", default=365, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep the databases here, and use them.")
def main(calls: int, days: int, keep: Path | None) -> None:
    """Print seconds and memory of one night, of ten times its calls, and of the whole time."""
    first = date(2025, 6, 1)
    with tempfile.TemporaryDirectory() as scratch:
        base = keep or Path(scratch)
        plans = {"night": [50, 2000, 50], "ten nights": [500, 20_000, 500], "year": [calls // days] * days}
        for name, counts in plans.items():
            folder = base / name.replace(" ", "-")
            if not (folder / "hotline.db").exists():
                folder.mkdir(parents=True)
                make(folder, first, counts)
            whole = name == "year"
            ends = (first, first + timedelta(days=days - 1)) if whole else (first + timedelta(days=1),) * 2
            seconds, cpu, peak, said = backfill(folder, *ends)
            calls_done = sum(counts) if whole else counts[1]
            click.echo(f"{name}: {calls_done} calls, {seconds:.1f} s ({cpu:.1f} s of CPU), {peak:.0f} MB: {said}")


if __name__ == "__main__":
    main()
