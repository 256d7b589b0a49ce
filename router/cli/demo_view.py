"""What `hotline demo` shows: the board as it changes, what happens and why, and each call's way at the end.

May live here: drawing for a terminal; where there is none (a pipe, a log), a line for each thing that happens.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.cli.database import database_of
from router.cli.settings import page_address
from router.cli.up import Running
from router.masking import mask
from router.store.calls.explain import explain, in_words
from router.store.calls.queries import calls_of_day, trail_of_call
from router.store.tables.calls import CallRow
from router.store.tables.customers import number_of
from router.texts import Language, Listing, Message, Rendered, _
from router.web import words
from router.wire.board import BoardCall, BoardItem, BoardSheet, OfficeBoard

STYLES = {"act": "bold blue", "ok": "green", "hold": "magenta", "warn": "yellow", "bad": "red", "mute": "dim"}
EVENTS_SHOWN = 10
RECORD_SECONDS = 20.0
TOLD = ("Rang", "Declined", "Failed", "Waits", "Connected", "Missed")  # of a call, at the end
GREETING = _(
    "A real Asterisk, real SIP; its dialplan plays callers and consultants, the rules decide as ever.\n"
    "Board %(page)s  sign in: %(name)s / %(password)s\n"
)
GO_ON = _("Go on: ./hotline up takes your own phones, ./hotline init writes your own site file.")


def unseen(told: list[BoardItem], recent: list[BoardItem]) -> list[BoardItem]:
    """What is new among the newest few things that a board brings, after those that the board before brought."""
    known = next(n for n in range(len(recent), -1, -1) if n == 0 or told[-n:] == recent[:n])
    return recent[known:]


class DemoView:
    """The terminal's picture; `show` may be called from any thread, the rest from one."""

    def __init__(self, console: Console, service: Running, language: Language) -> None:
        self._console = console
        self._service = service
        self._language = language
        self._site = service.place.site
        self._names = {one.id: one.name for one in self._site.consultants}
        self._lock = threading.Lock()  # guards what follows
        self._board: OfficeBoard | None = None
        self._numbers: dict[str, str] = {}
        self._told: list[BoardItem] = []
        self._events: deque[str] = deque(maxlen=EVENTS_SHOWN)
        self._live = Live(console=console, get_renderable=self.picture, refresh_per_second=5, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def greet(self) -> None:
        """Say what will be seen, and where the pages are."""
        name, password = next(iter(self._service.passwords.items()), ("", ""))
        text = GREETING.fill(page=page_address(self._service.place), name=name, password=password)
        self._console.print(self._say(text), highlight=False, markup=False)

    def show(self, board: OfficeBoard) -> None:
        """Take in the board of this moment."""
        with self._lock:
            self._board = board
            self._numbers |= {call.id: call.number or "—" for call in board.calls}
            for line in self._news(list(board.recent)):
                self._events.append(line)
                if not self._console.is_terminal:
                    self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def has_seen_all(self, calls: int) -> bool:
        """Whether so many calls have come, and none is going on."""
        with self._lock:
            return len(self._numbers) >= calls and self._board is not None and not self._board.calls

    def _news(self, recent: list[BoardItem]) -> Iterator[str]:
        """Lines of what has not been told yet; the board brings the newest few of all that happened."""
        new, self._told = unseen(self._told, recent), recent
        for item in new:
            text = in_words(item.what, item.details, self._names, self._language)
            if text:
                yield f"{self._clock(item.at)}  {self._numbers.get(item.details.get('call', ''), ''):<12} {text}"

    def _clock(self, at_ms: int) -> str:
        return datetime.fromtimestamp(at_ms / 1000, self._site.zone).strftime("%H:%M:%S")

    # --- the picture

    def picture(self) -> RenderableType:
        """The board of this moment, its calls, and what happened last."""
        with self._lock:
            board, events = self._board, list(self._events)
        if board is None:
            return Text("…")
        following = _("Next: %(name)s", name=self._names[board.next]) if board.next else _("nobody can be rung")
        sheets = Columns([self._sheet(board, sheet) for sheet in board.sheets], padding=(0, 3))
        head, happens = (Text(self._say(text), style="bold") for text in (following, _("What happens")))
        return Group(head, "", sheets, "", self._calls(board), "", happens, *map(Text, events))

    def _sheet(self, board: OfficeBoard, sheet: BoardSheet) -> Table:
        group = self._say(Message(str(words.GROUP[sheet.group])))
        number = self._say(_("round %(n)s", n=sheet.round))
        table = Table(title=f"{group} · {number}", show_header=False, box=None)
        for turn in sheet.turns:
            person = board.people[turn.person]
            table.add_row(
                self._word(words.TURN["next" if turn.next else turn.state]),
                self._names[turn.person],
                self._word(words.PRESENCE[person.presence]),
                self._word(words.PHONE[person.phone]),
            )
        return table

    def _calls(self, board: OfficeBoard) -> Table:
        table = Table(show_header=False, box=None)
        for call in board.calls:
            who = [call.on_it] if call.on_it else call.ringing
            names = self._say(Listing(self._names[person] for person in who))
            clock = f"{self._seconds(call)} s"
            if call.state == "ringing":
                clock = f"{self._seconds(call)}/{board.three_rings_ms // 1000} s"
            table.add_row(self._word(words.CALL[call.state]), call.number or "—", clock, names)
        return table

    def _seconds(self, call: BoardCall) -> int:
        """How long it has been ringing, waiting or talking; counted on between two boards."""
        begun: int = call.since or call.clock or call.arrived
        return max(0, time.time_ns() // 1_000_000 - begun) // 1000

    def _say(self, text: Rendered) -> str:
        return text.render(self._language)

    def _word(self, word: words.Word) -> Text:
        return Text(f"{word.shape}{self._say(Message(str(word.text)))}", style=STYLES[word.tone])

    # --- the end

    def sum_up(self) -> None:
        """Each call's way, from the record that the service has kept."""
        self._console.print(Text(self._say(_("Each call")), style="bold"))
        with database_of(self._service.place) as database:
            for line in self._ways(database):
                self._console.print(line, highlight=False, markup=False, soft_wrap=True)
        self._console.print(f"\n{self._say(GO_ON)}\n", highlight=False, markup=False)

    def _ways(self, database: Engine) -> Iterator[str]:
        deadline = time.monotonic() + RECORD_SECONDS
        while not self._is_recorded(database) and time.monotonic() < deadline:
            time.sleep(0.1)
        with Session(database) as session:
            for call in self._calls_of_today(session):
                number = mask(number_of(call)) or "—"
                trail = [row for row in trail_of_call(session, call.id) if row.kind in TOLD]
                steps = [step.text for step in explain(trail, self._names, self._language)]
                at = call.arrived_at.astimezone(self._site.zone).strftime("%H:%M:%S")
                yield f"{at}  {number:<12} {' → '.join(steps)}"

    def _is_recorded(self, database: Engine) -> bool:
        """Whether the record has come as far as the board: it follows the journal a moment later."""
        with Session(database) as session:
            calls = self._calls_of_today(session)
        with self._lock:
            going_on = len(self._board.calls) if self._board else 0
            return len(calls) >= len(self._numbers) and sum(call.ended_at is None for call in calls) <= going_on

    def _calls_of_today(self, session: Session) -> Sequence[CallRow]:
        return calls_of_day(session, datetime.now(self._site.zone).date(), self._site.zone)
