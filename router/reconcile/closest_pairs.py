"""Pairing what lies closest in time (R24), in n log n and not by trying all pairs.

May live here: the pairing alone; what may pair with what is said by keys. Two items may pair if they share a key and
the right one lies within the window around the left one. The closest pair goes first (ties: earlier left, earlier
right, then ids), then the closest of the rest, and so on.

Theory: among items with one key, everything may pair within the window. If anything lay between the two of a closest
pair, it would be closer to one of them and inside the window; so the closest pair is always made of neighbours in
time. Each key has a chain of its moments in order of time; a heap holds the pairs of neighbours; a pair that is taken
leaves all its chains, which makes new neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

# distance, left's time, right's time, left's id, right's id, left's index, right's index
_Candidate = tuple[int, int, int, str, str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that wants a partner: when it was (microseconds), its id for ties, and the keys it may pair by."""

    at_us: int
    id: str
    keys: frozenset[Hashable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far after the left item the right one may lie, in microseconds, both ends included; before is negative."""

    from_us: int
    to_us: int


class _Moment:
    """All items of one chain at one time; queues are popped from their end, where the smallest id is."""

    __slots__ = ("after", "before", "left", "right")

    def __init__(self) -> None:
        self.left: list[int] = []
        self.right: list[int] = []
        self.before: _Moment | None = None
        self.after: _Moment | None = None


class _Pairing:
    """The state of one pairing: chains, who is taken, and the heap of neighbours."""

    def __init__(self, left: Sequence[Item], right: Sequence[Item], window: Window) -> None:
        self.left, self.right, self.window = left, right, window
        self.left_taken = [False] * len(left)
        self.right_taken = [False] * len(right)
        self.left_moments: dict[int, list[_Moment]] = defaultdict(list)
        self.right_moments: dict[int, list[_Moment]] = defaultdict(list)
        self.heap: list[_Candidate] = []

    def run(self) -> list[tuple[int, int]]:
        for lefts, rights in _groups(self.left, self.right):
            if len(lefts) == len(rights) == 1:
                self.heap += self.candidate(lefts[0], rights[0])  # nearly all keys are like this
            else:
                self.chain(lefts, rights)
        heapify(self.heap)
        pairs = []
        while self.heap:
            *_, left, right = heappop(self.heap)
            if not (self.left_taken[left] or self.right_taken[right]):
                pairs.append((left, right))
                self.take(left, right)
        return pairs

    def chain(self, lefts: list[int], rights: list[int]) -> None:
        """Lay one key's items out in time and note its neighbours; the heap is made a heap afterwards."""
        moments: dict[int, _Moment] = defaultdict(_Moment)
        for index in sorted(lefts, key=lambda i: self.left[i].id, reverse=True):
            moments[self.left[index].at_us].left.append(index)
        for index in sorted(rights, key=lambda i: self.right[i].id, reverse=True):
            moments[self.right[index].at_us].right.append(index)
        before = None
        for at_us in sorted(moments):
            moment = moments[at_us]
            moment.before = before
            if before is not None:
                before.after = moment
            before = moment
        for moment in moments.values():
            for index in moment.left:
                self.left_moments[index].append(moment)
            for index in moment.right:
                self.right_moments[index].append(moment)
            self.heap += self.candidates(moment, moment)
            self.heap += self.candidates(moment, moment.after)

    def candidates(self, one: _Moment | None, other: _Moment | None) -> Iterable[_Candidate]:
        """The pairs that two neighbouring moments (or one with itself) make now: at most one each way."""
        if one is None or other is None:
            return
        for left_moment, right_moment in ((one, other),) if one is other else ((one, other), (other, one)):
            left = _front(left_moment.left, self.left_taken)
            right = _front(right_moment.right, self.right_taken)
            if left is not None and right is not None:
                yield from self.candidate(left, right)

    def candidate(self, left: int, right: int) -> tuple[_Candidate, ...]:
        """The pair, if it lies within the window."""
        a, b = self.left[left], self.right[right]
        apart = b.at_us - a.at_us
        if not self.window.from_us <= apart <= self.window.to_us:
            return ()
        return ((abs(apart), a.at_us, b.at_us, a.id, b.id, left, right),)

    def take(self, left: int, right: int) -> None:
        """Both leave all their chains; whatever is next to each other now may be the next pair."""
        self.left_taken[left] = self.right_taken[right] = True
        for moment in (*self.left_moments.get(left, ()), *self.right_moments.get(right, ())):
            empty = _front(moment.left, self.left_taken) is None and _front(moment.right, self.right_taken) is None
            if empty:
                _unlink(moment)
                self.offer(moment.before, moment.after)
            else:
                self.offer(moment, moment)
                self.offer(moment.before, moment)
                self.offer(moment, moment.after)

    def offer(self, one: _Moment | None, other: _Moment | None) -> None:
        for candidate in self.candidates(one, other):
            heappush(self.heap, candidate)


def pair_closest(left: Sequence[Item], right: Sequence[Item], window: Window) -> list[tuple[int, int]]:
    """Pairs of indices (into `left`, into `right`), each item at most once, closest first."""
    return _Pairing(left, right, window).run()


def _groups(left: Sequence[Item], right: Sequence[Item]) -> Iterable[tuple[list[int], list[int]]]:
    """The items of each key that both sides have."""
    by_key: dict[Hashable, list[int]] = defaultdict(list)
    for index, item in enumerate(right):
        for key in item.keys:
            by_key[key].append(index)
    lefts: dict[Hashable, list[int]] = defaultdict(list)
    for index, item in enumerate(left):
        for key in item.keys:
            if key in by_key:
                lefts[key].append(index)
    for key, indices in lefts.items():
        yield indices, by_key[key]


def _front(queue: list[int], taken: list[bool]) -> int | None:
    while queue and taken[queue[-1]]:
        queue.pop()
    return queue[-1] if queue else None


def _unlink(moment: _Moment) -> None:
    """Take an empty moment out of its chain; it still knows who its neighbours were."""
    if moment.before is not None:
        moment.before.after = moment.after
    if moment.after is not None:
        moment.after.before = moment.before
