"""Replaying a recorded day, and playing it under another policy: `python -m tests.bench.replayed_day`.

A day of calls that people answer is decided by a desk and written to a journal in one piece; measured is what
`hotline replay` and `hotline whatif` do with it.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

import click

from router.core import inputs
from router.core.actions import Action, Ring, Trail
from router.core.desk import Desk
from router.core.policy import DAY_MS, Policy
from router.core.words import CallId, Number, PersonId
from router.engine.customer_standing import standing_after
from router.engine.journal import Journal
from router.engine.journal_reader import JournalEntry
from router.engine.replay import desk_before, entries_between, replay_day
from router.engine.snapshot import office_from, state_of
from router.simulate.other_day import ChangedRules, other_day
from router.simulate.recorded_day import RecordedDay
from router.wire.codec import answer_to_json, input_to_json, to_json

PEOPLE = tuple(PersonId(f"P{i:02}") for i in range(30))


class Recorder:
    """A desk whose inputs become the journal's entries."""

    def __init__(self, calls: int) -> None:
        self.desk = Desk(Policy())
        self.entries = [JournalEntry(seq=1, at_ms=0, kind="policy", source="", body=to_json(Policy()))]
        self._chance = random.Random(1)
        slot = inputs.Slot(start=0, end=None, call=PEOPLE[:20], reception=PEOPLE[20:], name="day")
        self._coming: list[tuple[int, int, inputs.Input]] = [(0, 0, inputs.PlanSet(slots=(slot,)))]
        for number in range(calls):
            caller = Number(f"+86139{self._chance.randrange(50_000):08}")
            at = self._chance.randrange(12 * 3600 * 1000)
            self._coming.append((at, number, inputs.CallArrived(call=CallId(f"c{number}"), number=caller)))
        self._coming.sort(key=lambda entry: entry[:2])

    def run(self) -> None:
        """Live the day: phones ring at once, most are answered, talks end."""
        while self._coming:
            deadline = self.desk.next_deadline
            if deadline is not None and deadline <= self._coming[0][0]:
                for instant, answer in self.desk.until(deadline):
                    self._note(instant, inputs.Tick(), answer)
                continue
            at, number, told = self._coming.pop(0)
            if (
                isinstance(told, inputs.Answered | inputs.PhoneRang)
                and self.desk.office.people[told.person].ringing != told.call
            ):
                continue
            if isinstance(told, inputs.HungUp) and self.desk.office.calls[told.call].ended is not None:
                continue
            self._note(at, told, self.desk.handle(told, at))
            if isinstance(told, inputs.Answered):
                self._soon(at + self._chance.randrange(20_000, 180_000), number, inputs.HungUp(call=told.call))

    def _note(self, at: int, told: inputs.Input, answer: list[Action | Trail]) -> None:
        standing = [to_json(item) for item in standing_after(self.desk.office, told, answer)]
        self.entries.append(
            JournalEntry(
                seq=len(self.entries) + 1,
                at_ms=at,
                kind="input",
                source="bench",
                body=input_to_json(told),
                answer=[answer_to_json(item) for item in answer],
                standing=standing,
            )
        )
        for ring in (item for item in answer if isinstance(item, Ring)):
            for person in ring.people:
                self._rings(at, ring.call, person)

    def _rings(self, at: int, call: CallId, person: PersonId) -> None:
        number = int(call[1:])
        self._soon(at + 50, number, inputs.PhoneRang(call=call, person=person))
        after = self._chance.randrange(2_000, 25_000)
        self._soon(at + 50 + after, number, inputs.Answered(call=call, person=person))

    def _soon(self, at: int, number: int, told: inputs.Input) -> None:
        self._coming.append((at, number, told))
        self._coming.sort(key=lambda entry: entry[:2])


@click.command()
@click.option("--calls", default=2000, show_default=True)
def main(calls: int) -> None:
    """Print seconds and inputs a second."""
    recorder = Recorder(calls)
    recorder.run()
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.db")
        journal.write(recorder.entries)
        begun = time.process_time()
        replayed = replay_day(journal, 0, DAY_MS)
        seconds = time.process_time() - begun
        differing = len(replayed.differences)
        click.echo(f"replay: {replayed.inputs} inputs, {differing} differ, {seconds:.2f} s of CPU")
        begun = time.process_time()
        before = state_of(desk_before(journal, 1).office)
        day = RecordedDay(office_from(before).policy)
        day.read(entries_between(journal, 1, len(recorder.entries) + 1))
        other = other_day(office_from(before), day, ChangedRules(policy={"rings": 4}), 0, DAY_MS)
        seconds = time.process_time() - begun
        moved = sum(other.outcomes.calls[call].words != was.words for call, was in day.outcomes.calls.items())
        click.echo(f"whatif: {moved} of {calls} calls change hands, {seconds:.2f} s of CPU")
        same = other_day(office_from(before), day, ChangedRules(), 0, DAY_MS)
        repeated = sum(same.outcomes.calls[call].words == was.words for call, was in day.outcomes.calls.items())
        click.echo(f"model: {repeated} of {calls} calls go to whom they went")
        journal.close()


if __name__ == "__main__":
    main()
