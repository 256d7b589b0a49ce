"""An engine to try things on: a clock that the test moves, phones that only remember. May live here: that set-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from router.core import inputs
from router.core.actions import Action
from router.core.desk import Desk
from router.core.policy import Policy
from router.core.words import CallId, Number, PersonId
from router.engine.board_shower import BoardShower
from router.engine.daily import DayRules
from router.engine.day_state import DayState
from router.engine.desk_keeper import DeskKeeper
from router.engine.engine import Engine
from router.engine.journal import Journal
from router.engine.journal_keeper import JournalKeeper
from router.engine.mailbox import Mailbox
from router.engine.ports import Letter, Warn
from router.engine.snapshot import recover_all
from router.engine.socket import EngineSocket
from router.wire.board import Beside, OfficeBoard

CHEN, LI, WANG = PersonId("chen"), PersonId("li"), PersonId("wang")
CALLER = Number("+8613800000001")
CARRIER_WROTE = "013800000001"


class NoPhones:
    """A switchboard that only remembers what it was asked to do."""

    def __init__(self) -> None:
        self.asked: list[Action | Warn] = []

        self.left_to_fallback: list[CallId] = []
        self.beats = 0
        self.abreast = True

    def perform(self, actions: Sequence[Action | Warn]) -> None:
        self.asked += actions

    def beat(self) -> None:
        self.beats += 1

    def leave_to_fallback(self, calls: Sequence[CallId]) -> None:
        self.left_to_fallback += calls


class TestClock:
    """A clock that the test moves; `step`: by how much the wall clock has been set and is not yet followed."""

    __test__ = False

    def __init__(self, now: int) -> None:
        self.now, self.step = now, 0

    def __call__(self) -> int:
        return self.now

    def take_step(self) -> int:
        by, self.step = self.step, 0
        self.now += by
        return by


class TestOffice:
    """One engine on one journal; a new one on the same folder is the office after a restart."""

    __test__ = False

    def __init__(self, folder: Path, policy: Policy | None = None, now: int = 0, rules: DayRules | None = None) -> None:
        self.clock = TestClock(now)
        self.phones = NoPhones()
        self.journal = Journal(folder / "journal.db")
        policy = policy or Policy()
        desk, day = recover_all(self.journal, policy)
        self.mailbox = Mailbox()
        self.on_commit: list[Callable[[], None]] = []
        keeper = JournalKeeper(self.journal, on_commit=[self._committed])
        self.keeper = DeskKeeper(
            desk, keeper, self.clock, day=day, rules=rules or DayRules(), is_abreast=lambda: self.phones.abreast
        )
        self.beside = Beside()
        self.shower = BoardShower(self.keeper, keeper, beside=lambda: self.beside)
        self.engine = Engine(self.mailbox, self.keeper, keeper, self.shower, self.phones)
        self.engine.start(policy)

    def _committed(self) -> None:
        for told in self.on_commit:
            told()

    @property
    def now(self) -> int:
        """What the clock says."""
        return self.clock.now

    @now.setter
    def now(self, now: int) -> None:
        self.clock.now = now

    @property
    def desk(self) -> Desk:
        """The desk as it stands."""
        return self.keeper.desk

    @property
    def day(self) -> DayState:
        """What the engine keeps beside it."""
        return self.keeper.day

    def shown(self) -> OfficeBoard:
        """The board."""
        return self.shower.shown()

    def serve(self, path: Path, reread: Callable[[], list[str]] = list) -> EngineSocket:
        """The engine's socket."""
        return EngineSocket(self.mailbox, self.shower, path, reread=reread)

    def open_slot(self, *call_group: PersonId) -> None:
        """A slot that runs from now on."""
        slot = inputs.Slot(start=self.now, end=None, call=call_group or (CHEN, LI), reception=(WANG,), name="白班")
        self.tell(inputs.PlanSet(slots=(slot,)))

    def tell(self, told: inputs.Input, *, at: int | None = None, **letter: object) -> None:
        """Something happens, now or at a time."""
        self.now = self.now if at is None else at
        self.mailbox.put(Letter(input=told, source="test", **letter))  # type: ignore[arg-type]  # fields of a letter
        self.work()

    def ask(self, told: inputs.Input, key: str) -> int:
        """Somebody asks for something; raises what they are told."""
        done = self.mailbox.ask(Letter(input=told, source="web", key=key))
        self.work()
        return done.result(0)

    def work(self) -> None:
        """Until there is nothing left to do at this moment."""
        while self.engine.step(0):
            pass

    def call_comes(self, call: str, number: Number = CALLER, sent: str = CARRIER_WROTE) -> CallId:
        """A call arrives, as telephony tells it."""
        facts = {"number": sent, "hotline": "02887654321", "uniqueid": f"170.{call}", "systemname": "pbx1"}
        self.tell(inputs.CallArrived(call=CallId(call), number=number), facts=facts)
        return CallId(call)

    def live(self, script: Iterable[tuple[int, inputs.Input]]) -> None:
        """Live through a script of times and inputs."""
        for at, told in script:
            self.tell(told, at=at)

    def crash(self) -> None:
        """The power fails: nothing is put in order, the file is as it was committed."""
        self.keeper._journal.close()
        self.journal.close()


@contextmanager
def office(
    folder: Path, policy: Policy | None = None, now: int = 0, rules: DayRules | None = None, *, abreast: bool = True
) -> Iterator[TestOffice]:
    """An office that is closed in the end, whatever happens; `abreast`: the switchboard has told all there is."""
    made = TestOffice(folder, policy, now, rules)
    made.phones.abreast = abreast
    try:
        yield made
    finally:
        made.crash()
