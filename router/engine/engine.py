"""The engine: one thread owns the desk. May live here: the one loop, and its order of work.

A step takes the post that waits, lets the desk decide, commits it to the journal in one transaction, and only then
has the actions carried out, answers who asked, and shows the board. So nothing is done that was not written down, and
deciding waits neither for the database nor for the disk. When the journal can't be written the engine ends: it starts
again from what was written. The heartbeat that keeps Asterisk's fallback from serving calls is this loop's: it stops
when a step hangs.
"""

from __future__ import annotations

import threading

from router.core.policy import Policy
from router.engine.board_shower import BoardShower
from router.engine.desk_keeper import Decided, DeskKeeper
from router.engine.journal_keeper import JournalKeeper
from router.engine.log_lines import lines
from router.engine.mailbox import Mailbox, Post, PostOutcome, answer, fail
from router.engine.ports import Switchboard
from router.logs import logger, state
from router.wire.errors import JournalError

log = logger(__name__)

LONGEST_SECONDS = 0.5  # a step without work


class Engine:
    """The one writer. All of it belongs to one thread; whatever comes from others comes by the mailbox."""

    def __init__(
        self,
        mailbox: Mailbox,
        desk: DeskKeeper,
        journal: JournalKeeper,
        shower: BoardShower,
        switchboard: Switchboard,
    ) -> None:
        self._mailbox = mailbox
        self._desk = desk
        self._journal = journal
        self._shower = shower
        self._switchboard = switchboard

    def start(self, policy: Policy) -> None:
        """Begin under `policy`, with a snapshot, so that the next recovery starts here."""
        if policy != self._desk.desk.office.policy or self._journal.rules_are_new:
            self._desk.set_policy(policy)
        self._journal.snapshot(self._desk.desk.office, self._desk.day)
        self._write()

    def run(self, over: threading.Event) -> None:
        """Work until `over` is set, then leave a snapshot. Raises `JournalError`: what was decided can't be kept."""
        while not over.is_set():
            self.step(LONGEST_SECONDS)
        self.close()

    def close(self) -> None:
        """Leave a snapshot, so that the next start has nothing to replay. The journal is not ours to close."""
        if not self._journal.snapshot_is_last:
            self._journal.snapshot(self._desk.desk.office, self._desk.day)
        self._write()

    def _write(self) -> None:
        self._journal.commit()
        self._journal.tell()

    def step(self, longest: float = 1.0) -> bool:
        """One unit of work: the post that waits, or what time brings, within `longest` seconds. False: nothing."""
        self._desk.look()
        arrived = self._mailbox.take(self._patience(longest))
        outcomes, decided = self._decide(arrived)
        self._desk.has_dealt(with_all=self._mailbox.is_empty)
        is_work = decided is not None
        if decided is not None:
            self._act(decided)
            self._journal.tell()  # callers wait for nothing that follows
            self._log(decided)
            self._shower.has_changed(decided.answers)
        self._shower.show_if_due(at_once=any(post.done for post in arrived))
        for post, outcome in zip(arrived, outcomes, strict=True):
            answer(post, outcome)
        self._switchboard.beat()
        return is_work

    def _patience(self, longest: float) -> float:
        """Seconds until there is something to do without any post."""
        left = (longest, self._desk.seconds_left(), self._shower.seconds_left())
        return min(seconds for seconds in left if seconds is not None)

    def _decide(self, arrived: list[Post]) -> tuple[list[PostOutcome], Decided | None]:
        """Decide and write it down; None: nothing happened."""
        try:
            self._desk.pass_time()
            outcomes = [self._desk.deal_with(post) for post in arrived]
            decided = self._desk.take_decided()
            if not (outcomes or self._journal.has_news or decided.actions or decided.left):
                return outcomes, None
            is_quiet = not self._desk.desk.office.pending and self._mailbox.is_empty
            self._journal.snapshot_if_due(self._desk.desk.office, self._desk.day, is_quiet=is_quiet)
            self._journal.commit()
        except JournalError as error:
            for post in arrived:
                fail(post, error)
            raise
        return outcomes, decided

    def _act(self, decided: Decided) -> None:
        try:
            if decided.left:
                self._switchboard.leave_to_fallback(decided.left)
            if decided.actions:
                self._switchboard.perform(decided.actions)
        except Exception:
            log.exception("switchboard failed", actions=[type(action).__name__ for action in decided.actions])

    def _log(self, decided: Decided) -> None:
        for _, said in decided.answers:
            for what, facts in lines(said):
                log.info(what, **facts)
        for was, now, whose in (*decided.changed, *self._desk.see_changes()):
            state(log, was, now, **whose)
