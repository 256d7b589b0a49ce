"""What phones are doing outside our calls, and whether they are there (R3, DESIGN 7). May live here: device states.

Asterisk reports each device's state. The desk wants three things of each person, which change separately: registered
or not, in use on some other call or idle, lost to us or found. So our own rings and talks must not count as use (the
desk knows those), and trouble must not cost anybody a turn: a phone that is away is lost until it has been so for
`absent_ms`, and never unregistered sooner after a new link or a restart of Asterisk; a phone that has just failed is
left alone for `rest_ms`, and lost as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from router.core.inputs import DeviceChanged
from router.core.words import DeviceState, PersonId
from router.telephony.switchboard.directory import Directory, Handset

ELSEWHERE: Final = frozenset({"INUSE", "BUSY", "RINGINUSE", "ONHOLD"})
USED: Final = frozenset({"INUSE", "BUSY", "RINGING", "RINGINUSE", "ONHOLD"})
AWAY: Final = frozenset({"UNAVAILABLE", "INVALID"})
FREE: Final = "NOT_INUSE"
HINDERING: Final = frozenset({DeviceState.UNREGISTERED, DeviceState.IN_USE, DeviceState.LOST})


@dataclass(frozen=True, slots=True)
class _View:
    """What a person's phones look like."""

    registered: bool
    in_use: bool
    lost: bool

    def states(self) -> tuple[DeviceState, DeviceState, DeviceState]:
        """The same as the desk hears it."""
        return (
            DeviceState.REGISTERED if self.registered else DeviceState.UNREGISTERED,
            DeviceState.IN_USE if self.in_use else DeviceState.IDLE,
            DeviceState.LOST if self.lost else DeviceState.FOUND,
        )


class Devices:
    """The devices of everybody's phones. `own(device)`: a channel of ours is on it."""

    def __init__(self, directory: Directory, *, own: Callable[[str], bool]) -> None:
        self._directory = directory
        self._own = own
        self._states: dict[str, str] = {}
        self._settle_at: dict[str, int] = {}
        self._rest_until: dict[str, int] = {}
        self._reserved: set[PersonId] = set()
        self._away_since: dict[PersonId, int] = {}
        self._linked_at = 0
        self._told: dict[PersonId, _View] = {}

    # --- what happens

    def linked(self, states: dict[str, str], now: int) -> None:
        """A new link: these are the states; what was told before may be wrong, so everything is told anew."""
        self._states = {device: state for device, state in states.items() if device in self._directory.by_device}
        self._linked_at = now
        self._told.clear()
        self._away_since.clear()
        self._settle_at.clear()

    def change_office(self, directory: Directory) -> None:
        """These are the people and their phones from now on."""
        self._directory = directory

    def learn(self, states: Mapping[str, str]) -> None:
        """The states of devices that nothing was known of: what was heard since the list was asked for is newer."""
        for device, state in states.items():
            if device in self._directory.by_device:
                self._states.setdefault(device, state)

    def changed(self, device: str, state: str) -> PersonId | None:
        """A device's state has changed; whose it is, or None when it is nobody's."""
        person = self._directory.by_device.get(device)
        if person is not None:
            self._states[device] = state
        return person

    def own_ended(self, device: str, now: int) -> None:
        """Our channel on it has ended; Asterisk's state may lag behind for a moment."""
        if device:
            self._settle_at[device] = now + self._directory.times.settle_ms

    def rest(self, phone: Handset, now: int, for_ms: int | None = None) -> None:
        """It failed: leave it alone for a while."""
        rest_ms = self._directory.times.rest_ms if for_ms is None else for_ms
        self._rest_until[phone.device or phone.dial] = now + rest_ms

    def wake(self, phone: Handset) -> None:
        """It has given a sign of life: its rest is over."""
        self._rest_until.pop(phone.device or phone.dial, None)

    def reserve(self, person: PersonId) -> None:
        """It rings for a hand-over: in use, for the desk."""
        self._reserved.add(person)

    def release(self, person: PersonId, *, talks: bool) -> None:
        """The hand-over is decided; `talks`: the desk hears `HandedOver`, which ends the use by itself."""
        self._reserved.discard(person)
        if talks and person in self._told:
            self._told[person] = replace(self._told[person], in_use=False)

    # --- what follows

    def state(self, device: str) -> str:
        """As Asterisk told it last; "" for one that is nobody's."""
        return self._states.get(device, "")

    def is_free(self, phone: Handset, now: int) -> bool:
        """Whether we know that nobody uses it: it says so, or what it says is of our own call that has just ended."""
        state = self._states.get(phone.device)
        return state == FREE or (state in USED and now < self._settle_at.get(phone.device, 0))

    def is_elsewhere(self, phone: Handset) -> bool:
        """Whether it talks on another call than ours, which rings there."""
        return self._states.get(phone.device) in ELSEWHERE

    def may_ring(self, phone: Handset, now: int) -> bool:
        """Whether it makes sense to ring it now."""
        return not self._rests(phone, now) and not self._is_away(phone)

    def registered(self, person: PersonId) -> bool:
        """Whether one of the person's phones is there."""
        return not all(self._is_away(phone) for phone in self._directory.by_id[person].phones)

    def in_use(self, person: PersonId, now: int) -> bool:
        """Whether one of the person's phones is on some other call."""
        return any(self._is_used(phone, now) for phone in self._directory.by_id[person].phones)

    def news(self, person: PersonId, now: int) -> list[DeviceChanged]:
        """What the desk has not been told yet of this person: what hinders first, lest it rings them in between."""
        view, before = self._view(person, now), self._told.get(person)
        self._told[person] = view
        told = before.states() if before else ()
        states = [state for state in view.states() if state not in told]
        hindering = [state for state in states if state in HINDERING]
        freeing = [state for state in states if state not in HINDERING]
        return [DeviceChanged(person=person, device=state) for state in (*hindering, *freeing)]

    def next_change(self, person: PersonId, now: int) -> int | None:
        """When time alone may change what `news` says (ms)."""
        keys = [phone.device or phone.dial for phone in self._directory.by_id[person].phones]
        times = [kept[key] for kept in (self._settle_at, self._rest_until) for key in keys if key in kept]
        if person in self._away_since:
            times.append(self._absent_at(person))
        return min((time for time in times if time > now), default=None)

    def _view(self, person: PersonId, now: int) -> _View:
        phones = self._directory.by_id[person].phones
        away = all(self._is_away(phone) for phone in phones)
        if away:
            self._away_since.setdefault(person, now)
        else:
            self._away_since.pop(person, None)
        absent = away and now >= self._absent_at(person)
        return _View(
            registered=not absent,
            in_use=self.in_use(person, now) or person in self._reserved,
            lost=not absent and all(self._is_away(phone) or self._rests(phone, now) for phone in phones),
        )

    def _absent_at(self, person: PersonId) -> int:
        return max(self._away_since[person], self._linked_at) + self._directory.times.absent_ms

    def _is_away(self, phone: Handset) -> bool:
        return bool(phone.device) and not phone.fixed and self._states.get(phone.device) in AWAY

    def _is_used(self, phone: Handset, now: int) -> bool:
        if self._states.get(phone.device) not in USED or self._own(phone.device):
            return False
        return now >= self._settle_at.get(phone.device, 0)

    def _rests(self, phone: Handset, now: int) -> bool:
        return now < self._rest_until.get(phone.device or phone.dial, 0)
