"""The switchboard as the engine sees it: the link, the clock and one lock around the board.

May live here: threads, time, sending. What is decided is decided in `board.py`.

Theory. One lock guards the board, so its outputs leave in the order in which it gave them: AMI actions to the link,
letters to the mailbox, neither of which waits. Events come in the link's reading thread, actions in the engine's, time
in a thread of our own. While a link is new, events are kept back until the lists that were asked for have come.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import partial

from router.core.actions import Action
from router.core.words import CallId, PersonId
from router.engine.ports import Letter, LetterBox, Warn
from router.logs import logger, state
from router.telephony.ami import AmiAction, AmiAddress, AmiClient, AmiEvent, AmiNotConnectedError, AmiTimes, Response
from router.telephony.ami.errors import AmiError
from router.telephony.ami.pending import AmiFuture, EventList
from router.telephony.switchboard.board import Board
from router.telephony.switchboard.directory import Directory, Standby
from router.telephony.switchboard.floor import Alarm, Ask, Expected, Numbers, Out, ToSend
from router.texts import LANGUAGES
from router.texts.catalogue import translations
from router.wire.observation import Observation

log = logger(__name__)

BEAT_SECONDS = 1.0  # the dialplan takes us for silent after 4
LATE_SECONDS = 3.0  # a clock of ours, or a beat, that is older stands still
ANEW_SECONDS = 5.0  # until a new link asks for the live channels, where Asterisk did not tell them


def _items(answer: AmiFuture[EventList]) -> list[AmiEvent] | None:
    """The items of a list that was asked for; None, and said aloud, when it did not come."""
    error = answer.exception(0)
    if error is None:
        return answer.result(0).events
    log.error("list did not come", action=answer.action_name, why=error)
    return None


def monotonic_ms() -> int:
    """The clock for our own time limits; it never jumps."""
    return time.monotonic_ns() // 1_000_000


class AsteriskSwitchboard:
    """Carries the desk's actions out on one Asterisk (`router.engine.ports.Switchboard`).

    `numbers`, `may_take`: see `Board`. `on_alarm(id, text)` is called for what must not happen, and
    `on_fact` for a fact of a call (other business by `*7`, the duty phone): from any thread, and they must be quick.
    """

    def __init__(
        self,
        address: AmiAddress,
        directory: Directory,
        mailbox: LetterBox,
        *,
        numbers: Numbers | None = None,
        may_take: Callable[[PersonId], bool] = lambda _person: True,
        on_alarm: Callable[[str, str], None] | None = None,
        on_fact: Callable[[Observation], object] | None = None,
        ami_times: AmiTimes | None = None,
    ) -> None:
        self._board = Board(directory, numbers=numbers, may_take=may_take)
        self._mailbox = mailbox
        self._on_alarm, self._on_fact = on_alarm, on_fact
        self._lock = threading.RLock()
        self._woken = threading.Condition(self._lock)
        self._kept_back: list[AmiEvent] | None = None
        self._link_number = 0
        self._stopping = False
        self._ready = threading.Event()
        self._client = AmiClient(
            address,
            on_event=self._on_event,
            on_connected=self._on_connected,
            on_disconnected=self._on_disconnected,
            times=ami_times,
        )
        self._clock_thread: threading.Thread | None = None
        self._looked_at = 0.0  # when the clock's thread last looked
        self._beat, self._beaten_at = secrets.randbelow(1 << 30), float("-inf")
        self._beat_answer: AmiFuture[Response] | None = None
        self._lags = True  # until a beat is answered, since an answer comes after all that was to be told
        self._link_anew_at: float | None = None

    # --- for whoever composes the service

    def start(self) -> None:
        """Begin to keep the link; letters come from now on."""
        for language in LANGUAGES:
            translations(language)  # what phones show is read now, not while the first caller waits
        self._clock_thread = threading.Thread(target=self._keep_time, name="switchboard-clock", daemon=True)
        self._clock_thread.start()
        self._client.connect()

    def wait_ready(self, timeout_seconds: float) -> bool:
        """Wait until the link stands and the live channels are known; whether it does."""
        return self._ready.wait(timeout_seconds)

    def stop(self) -> None:
        """End link and thread. Phones go on ringing and people talking."""
        with self._woken:
            self._stopping = True
            self._woken.notify_all()
        self._client.close()
        if self._clock_thread is not None:
            self._clock_thread.join()

    @property
    def links(self) -> int:
        """How many links there have been: a new number, and Asterisk or we have started anew."""
        return self._link_number

    @property
    def connected(self) -> bool:
        """Whether the link stands and the board is in step with Asterisk."""
        return self._ready.is_set()

    @property
    def beating(self) -> bool:
        """Whether Asterisk has lately been told that we live: else it serves calls by itself, and we may miss some."""
        return self._ready.is_set() and time.monotonic() - self._beaten_at < LATE_SECONDS

    @property
    def abreast(self) -> bool:
        """Whether all that happened on Asterisk has been told (`router.engine.ports.Switchboard`)."""
        with self._lock:
            self._lags = self._lags or not self.beating
            return not self._lags

    def _on_beat_answer(self, future: Future[Response]) -> None:
        with self._lock:
            self._lags = self._lags and (future.exception(0) is not None or not self._ready.is_set())

    def beat(self) -> None:
        """Say that we live, at most once a second; from the engine's own loop, so that it is silent when that hangs.

        And only in step with Asterisk: its channels are known, what it says is read (it has answered the last beat),
        and our own clock goes.
        """
        with self._lock:
            now = time.monotonic()
            is_read = self._beat_answer is None or self._beat_answer.done()
            in_step = self._ready.is_set() and is_read and now - self._looked_at < LATE_SECONDS
            if in_step and now - self._beaten_at >= BEAT_SECONDS:
                self._beat, self._beaten_at = self._beat + 1, now
                self._beat_answer = self._client.send_action(self._board.heartbeat(self._beat))
                self._beat_answer.add_done_callback(self._on_beat_answer)
                asked = self._client.send_action(self._board.ask_key())
                asked.add_done_callback(lambda _done: self._on_key(asked))

    @property
    def pickups_stuck(self) -> bool:
        """Whether phones were answered and got no caller, time after time: new calls are left to the fallback."""
        return self._board.floor.distrusts_pickups

    @property
    def standby_stale(self) -> bool:
        """Whether Asterisk has not taken what it would serve calls by while we are away."""
        return self._board.standby_stale

    def offline(self) -> list[PersonId]:
        """Whose phones are all away, whatever the desk has been told yet (DESIGN 7); for the pages."""
        with self._lock:
            devices = self._board.floor.devices
            return [person for person in self._board.floor.directory.by_id if not devices.registered(person)]

    def perform(self, actions: Sequence[Action | Warn]) -> None:
        """Start these actions without waiting for their result; what comes of them arrives as letters."""
        with self._lock:
            self._carry_out(self._board.perform(actions, monotonic_ms()))
            self._woken.notify_all()

    def leave_to_fallback(self, calls: Sequence[CallId]) -> None:
        """Have Asterisk ring everybody for these calls by itself; we only watch them from now on."""
        with self._lock:
            self._carry_out(self._board.leave_to_fallback(calls, monotonic_ms()))

    def expect(self, calls: Iterable[Expected]) -> None:
        """Before `start`: what a recovered desk takes to be going on (`expected_calls`); Asterisk is asked whether."""
        self._board.floor.expected = tuple(calls)

    def keep_standby(self, standby: Standby) -> None:
        """Whom Asterisk rings by itself while the router is silent; to be called at each change."""
        with self._lock:
            self._carry_out(self._board.keep_standby(standby, monotonic_ms()))
            self._woken.notify_all()

    def change_office(self, directory: Directory) -> None:
        """Take over changed people, phones, numbers and times, with calls going on."""
        with self._lock:
            self._carry_out(self._board.change_office(directory, monotonic_ms()))
            if self._client.connected:
                devices = self._client.send_action_list(AmiAction("DeviceStateList"))
                devices.add_done_callback(lambda _done: self._on_devices(devices))

    # --- the link's thread

    def _on_devices(self, devices: AmiFuture[EventList]) -> None:
        with self._lock:
            if self._kept_back is None:  # else a new link asks by itself
                self._carry_out(self._board.devices_listed(_items(devices) or (), monotonic_ms()))
                self._woken.notify_all()

    def _on_connected(self, client: AmiClient) -> None:
        with self._lock:
            self._link_number += 1
            self._kept_back = []
            self._send_all(self._board.greet())
            devices = client.send_action_list(AmiAction("DeviceStateList"))
            channels = client.send_action_list(AmiAction("CoreShowChannels"))
            channels.add_done_callback(partial(self._on_lists, self._link_number, devices))

    def _on_lists(self, link: int, devices: AmiFuture[EventList], channels: AmiFuture[EventList]) -> None:
        with self._lock:
            if link != self._link_number or self._kept_back is None:
                return
            states, live = _items(devices), _items(channels)
            if live is None:
                self._link_anew_at = time.monotonic() + ANEW_SECONDS
                self._raise_alarm(Alarm("channels-untold", "Asterisk does not tell its channels: the fallback serves"))
                return  # what comes stays kept back: we know nothing, and our silence says so
            self._carry_out(self._board.linked(live, states or (), monotonic_ms()))
            kept, self._kept_back = self._kept_back, None
            for event in kept:
                self._carry_out(self._board.event(event, monotonic_ms()))
            self._ready.set()
            self._woken.notify_all()
            state(log, "linked", "ready", of="switchboard", channels=len(live))

    def _on_disconnected(self, _cause: AmiError) -> None:
        with self._lock:
            self._ready.clear()
            self._kept_back = self._link_anew_at = None
            self._carry_out(self._board.unlinked(monotonic_ms()))

    def _on_event(self, event: AmiEvent) -> None:
        with self._lock:
            if self._kept_back is not None:
                self._kept_back.append(event)
                return
            before = self._board.next_deadline
            self._carry_out(self._board.event(event, monotonic_ms()))
            if self._board.next_deadline != before:
                self._woken.notify_all()

    # --- time

    def _keep_time(self) -> None:
        """Fire the board's timers, and end a link on which Asterisk told no channels: the next one asks again."""
        with self._woken:
            while not self._stopping:
                self._carry_out(self._board.time(monotonic_ms()))
                self._looked_at = time.monotonic()
                if self._link_anew_at is not None and self._looked_at >= self._link_anew_at:
                    self._link_anew_at = None
                    self._send_all([AmiAction("Logoff")])
                due = self._board.next_deadline
                patience = BEAT_SECONDS if due is None else min(BEAT_SECONDS, (due - monotonic_ms()) / 1000)
                self._woken.wait(max(0.001, patience))

    # --- what comes out of the board, with the lock held

    def _carry_out(self, outs: Iterable[Out]) -> None:
        for out in outs:
            if isinstance(out, Letter):
                self._mailbox.put(out)
            elif isinstance(out, ToSend):
                self._send(out)
            elif isinstance(out, Ask):
                self._client.send_action(out.action).add_done_callback(partial(self._on_asked, out))
            elif isinstance(out, Observation):
                if self._on_fact is not None:
                    self._on_fact(out)
            else:
                self._raise_alarm(out)

    def _send(self, said: ToSend) -> None:
        future = self._client.send_action(said.action)
        if said.probe:
            future.add_done_callback(partial(self._on_probe_answer, said.leg))
        elif said.leg:
            future.add_done_callback(partial(self._on_originate_answer, said.leg))

    def _send_all(self, actions: Iterable[AmiAction]) -> None:
        for action in actions:
            if self._client.connected:
                self._client.send_action(action)

    def _on_originate_answer(self, leg: str, future: AmiFuture[Response]) -> None:
        error = future.exception(0)
        if error is None:
            response = future.result(0)
            why = response.get("Message") if response.is_error() else ""
        else:
            why = str(error) if isinstance(error, AmiNotConnectedError) else ""
        if why:
            with self._lock:
                self._carry_out(self._board.refused(leg, why, monotonic_ms()))

    def _on_asked(self, ask: Ask, future: AmiFuture[Response]) -> None:
        has_value = future.exception(0) is None and not future.result(0).is_error()
        with self._lock:
            self._carry_out(
                self._board.answered(ask, future.result(0).get("Value") if has_value else "", monotonic_ms())
            )

    def _on_probe_answer(self, leg: str, future: AmiFuture[Response]) -> None:
        if future.exception(0) is None and future.result(0).is_error():
            with self._lock:
                self._carry_out(self._board.not_there(leg, monotonic_ms()))

    def _on_key(self, future: AmiFuture[Response]) -> None:
        """A reload of the dialplan may forget our globals (`clearglobalvars`): without the key no event counts."""
        if future.exception(0) is not None or future.result(0).is_error():
            return
        with self._lock:
            if future.result(0).get("Value") != self._board.floor.key and self._ready.is_set():
                log.warning("globals-forgotten", cure="told-anew")
                self._send_all(self._board.greet())

    def _raise_alarm(self, alarm: Alarm) -> None:
        log.error("alarm", alarm=alarm.id, text=alarm.text)
        if self._on_alarm is not None:
            self._on_alarm(alarm.id, alarm.text)
