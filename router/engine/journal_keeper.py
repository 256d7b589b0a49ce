"""The journal as the engine's thread writes it: decided first, written in one transaction, then told.

May live here: what is decided and not yet written, sequence numbers, when a snapshot is due. Raises `JournalError`:
what was decided can't be kept, and then nothing may be done about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from router.core.model import Office
from router.core.policy import Policy
from router.core.words import Millis, Number
from router.engine.day_state import DayState
from router.engine.journal import Journal
from router.engine.journal_reader import RECORDED, JournalEntry
from router.engine.mailbox import PostOutcome
from router.engine.snapshot import RULES, VERSION, state_of
from router.engine.snapshot_aside import SnapshotAside
from router.logs import logger
from router.wire.codec import to_json

log = logger(__name__)

SNAPSHOT_WHEN_QUIET = 5_000  # entries after which one is written as soon as no caller waits: it takes a moment
LARGE = 500  # customers and calls: encoding them takes 10 ms, and a copy does it (`snapshot_aside`)
SNAPSHOT_AT_LATEST = 50_000  # entries: replaying them takes some 3 s


class JournalKeeper:
    """`on_commit` are called after a commit, once it was acted on, from the engine's thread: the follower has news."""

    def __init__(self, journal: Journal, *, on_commit: Sequence[Callable[[], None]] = ()) -> None:
        self.journal = journal
        self.seq = journal.last_seq
        self.to_record = journal.newest(RECORDED)  # the newest that the database is to be told of
        self._snapshot_at = journal.last_seq
        self._aside, self._aside_at, self._aside_fails = SnapshotAside(), 0, False
        self._on_commit = tuple(on_commit)
        self._entries: list[JournalEntry] = []  # decided, not yet written
        self._outcomes: dict[str, PostOutcome] = {}  # of requests among them, by key
        self._is_untold = False  # something was committed, and neither disk nor follower know

    @property
    def has_news(self) -> bool:
        """Whether something is decided and not yet written."""
        return bool(self._entries)

    def write_down(self, kind: str, body: Mapping[str, Any], *, at: Millis, source: str = "", **more: Any) -> None:
        """Put an entry on the list of what the next commit writes."""
        self.seq += 1
        self.to_record = self.seq if kind in RECORDED else self.to_record
        self._entries.append(JournalEntry(seq=self.seq, at_ms=at, kind=kind, source=source, body=body, **more))

    @property
    def rules_are_new(self) -> bool:
        """Whether what stands there was decided by the rules of an earlier version."""
        return self.journal.rules_at(self.journal.last_seq) != RULES

    def write_policy(self, policy: Policy, at: Millis) -> None:
        """From now on everything is decided under it, in a replay, too."""
        self.write_down("policy", to_json(policy), at=at, facts={"rules": str(RULES)})

    def outcome_of(self, key: str) -> PostOutcome | None:
        """What became of the request with this key, if it came before."""
        if key in self._outcomes:
            return self._outcomes[key]
        recorded = self.journal.request(key)
        return PostOutcome(*recorded) if recorded else None

    def keep_outcome(self, key: str, outcome: PostOutcome) -> PostOutcome:
        """Remember it until it is written."""
        self._outcomes[key] = outcome
        return outcome

    def commit(self) -> None:
        """Write what was decided, in one transaction."""
        entries, self._entries = self._entries, []
        if not entries:
            return
        self.journal.write(entries)
        self._outcomes.clear()
        self._is_untold = True

    def tell(self) -> None:
        """Have the disk keep what was committed, and tell the follower: after the actions, for which a caller waits."""
        if not self._is_untold:
            return
        self._is_untold = False
        self.journal.sync_soon()
        for told in self._on_commit:
            told()

    def erase(self, number: Number, by: str, at: Millis) -> Mapping[str, str] | None:
        """Forget a number; returns what stands in place of each form of it, None where it is not known."""
        self.commit()
        if self.journal.key_of(number) is None:
            return None
        self.seq += 1
        self.to_record, self._is_untold = self.seq, True
        return self.journal.erase(number, JournalEntry(seq=self.seq, at_ms=at, kind="erasure", source=by, body={}))

    # --- snapshots

    def snapshot(self, office: Office, day: DayState) -> None:
        """Write the state down, so that the next start has nothing before it to replay."""
        self._aside.give_up()
        self._aside_fails = False  # the next one is tried by a copy again
        facts = {"notes": to_json(day)}
        self.write_down("snapshot", state_of(office), at=office.now, source=VERSION, facts=facts)
        self._snapshot_at = self.seq

    def snapshot_if_due(self, office: Office, day: DayState, *, is_quiet: bool) -> None:
        """One where enough has come since the last, as soon as nobody waits for it; a large one beside the calls."""
        if is_quiet and self._aside.is_under_way:
            self._take_made()
        if self.seq - self._snapshot_at < (SNAPSHOT_WHEN_QUIET if is_quiet else SNAPSHOT_AT_LATEST):
            return
        if len(office.customers) + len(office.calls) < LARGE or self._aside_fails:
            self.snapshot(office, day)
        elif not self._aside.is_under_way:
            self._begin_aside(office, day)

    def _begin_aside(self, office: Office, day: DayState) -> None:
        """Keep a number for it: what is written until it is made comes after it, in a replay, too."""

        def text() -> str:
            return self.journal.text_in_a_copy(state_of(office), {"notes": to_json(day)})

        self.commit()  # every number has its key then
        try:
            self._aside.begin(self.seq + 1, text)
        except OSError as error:  # no process, no memory
            log.error("snapshot failed", why=error)  # noqa: TRY400  (the system's word is enough)
            self._aside_fails = True  # the next look makes it here
            return
        self.seq += 1
        self._snapshot_at, self._aside_at = self.seq, office.now

    def _take_made(self) -> None:
        made = self._aside.made()
        if made is not None:
            self.journal.write_made(made[0], self._aside_at, VERSION, made[1])
        elif not self._aside.is_under_way:
            self._aside_fails = True

    def close(self) -> None:
        """Nothing more will be written; a snapshot that is still being made is given up. The journal is not ours."""
        self._aside.give_up()

    @property
    def snapshot_is_last(self) -> bool:
        """Whether nothing has come since the last snapshot, and that is written."""
        return self.seq == self._snapshot_at and not self._aside.is_under_way
