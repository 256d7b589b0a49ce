"""Which call each form belongs to (R24 "Forms that name a call", "Other forms are matched", "Left over").

May live here: the pairing of forms with calls; not what it means (`findings.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from router.reconcile.closest_pairs import Item, Window, pair_closest
from router.reconcile.edit_distance import NearNumbers
from router.reconcile.join import JoinedCall, microseconds
from router.reconcile.rows import FormRecord

_MINUTE_US = 60 * 1_000_000
BEFORE_US = 5 * _MINUTE_US  # a form may be taken so long before the call's arrival
AFTER_US = 60 * _MINUTE_US  # and so long after it
_NEVER = datetime.max.replace(tzinfo=UTC)

_Keys = frozenset[Hashable]
# A step of the matching: the keys of the open calls and of the open forms. Who shares a key may pair.
_Step = Callable[[Sequence[JoinedCall], Sequence[FormRecord]], tuple[list[_Keys], list[_Keys]]]


@dataclass(slots=True)
class Matching:
    """By index: the call that a form is the own form of, and the call that it is a second form for. Others: padded."""

    own: dict[int, int] = field(default_factory=dict)
    duplicate: dict[int, int] = field(default_factory=dict)
    filled: set[int] = field(default_factory=set)  # calls that have their own form

    def call_of(self, form: int) -> int | None:
        """The call that the form belongs to, or None: it is padded."""
        return self.own.get(form, self.duplicate.get(form))

    def give(self, form: int, call: int) -> None:
        """The form is the call's own."""
        self.own[form] = call
        self.filled.add(call)


def match(calls: Sequence[JoinedCall], forms: Sequence[FormRecord]) -> Matching:
    """Give every form its call, if it has one."""
    matching = Matching()
    loose = _take_at_their_word(calls, forms, matching)
    for step in (_same_number_and_consultant, _same_number, _nearly_the_number, _number_unknown):
        _pair(step, calls, forms, loose, matching)
    _second_forms(calls, forms, [index for index in loose if index not in matching.own], matching)
    return matching


def _take_at_their_word(calls: Sequence[JoinedCall], forms: Sequence[FormRecord], matching: Matching) -> list[int]:
    """Forms that name a call belong to it; returns those that name none and have a time, which are matched."""
    by_name = {name: index for index, call in enumerate(calls) for name in call.names}
    named: dict[int, list[int]] = defaultdict(list)
    loose = []
    for index, form in enumerate(forms):
        call = by_name.get(form.call_id) if form.call_id else None
        if call is not None:
            named[call].append(index)
        elif form.when is not None:
            loose.append(index)
    for call, indices in named.items():
        if not calls[call].answered:
            continue  # nobody spoke, so the form is padded, and may not look for another call
        first, *others = sorted(indices, key=lambda index: (forms[index].filed_at or _NEVER, forms[index].form_id))
        matching.give(first, call)
        matching.duplicate.update(dict.fromkeys(others, call))
    return loose


def _pair(
    step: _Step, calls: Sequence[JoinedCall], forms: Sequence[FormRecord], loose: Iterable[int], matching: Matching
) -> None:
    """One step: answered calls without a form with forms without a call, closest in time first."""
    call_indices = [index for index, call in enumerate(calls) if call.answered and index not in matching.filled]
    form_indices = [index for index in loose if index not in matching.own]
    open_calls = [calls[index] for index in call_indices]
    open_forms = [forms[index] for index in form_indices]
    call_keys, form_keys = step(open_calls, open_forms)
    pairs = pair_closest(
        [
            Item(at_us=microseconds(call.arrived_at), id=call.id, keys=keys)
            for call, keys in zip(open_calls, call_keys, strict=True)
        ],
        [
            Item(at_us=_when_us(form), id=form.form_id, keys=keys)
            for form, keys in zip(open_forms, form_keys, strict=True)
        ],
        Window(from_us=-BEFORE_US, to_us=AFTER_US),
    )
    for call, form in pairs:
        matching.give(form_indices[form], call_indices[call])


def _when_us(form: FormRecord) -> int:
    if form.when is None:
        raise AssertionError("a form without any time is never matched")
    return microseconds(form.when)


def _call_keys(call: JoinedCall) -> _Keys:
    return frozenset((call.number, person) for person in call.talked) if call.number else frozenset()


def _form_keys(form: FormRecord) -> _Keys:
    return frozenset((number, form.consultant) for number in form.numbers) if form.consultant else frozenset()


def _same_number_and_consultant(
    calls: Sequence[JoinedCall], forms: Sequence[FormRecord]
) -> tuple[list[_Keys], list[_Keys]]:
    return [_call_keys(call) for call in calls], [_form_keys(form) for form in forms]


def _same_number(calls: Sequence[JoinedCall], forms: Sequence[FormRecord]) -> tuple[list[_Keys], list[_Keys]]:
    return (
        [frozenset((call.number,)) if call.number else frozenset() for call in calls],
        [frozenset(form.numbers) for form in forms],
    )


def _nearly_the_number(calls: Sequence[JoinedCall], forms: Sequence[FormRecord]) -> tuple[list[_Keys], list[_Keys]]:
    """Same consultant, and a number at a distance of 1 or 2: the call's keys are the near numbers that forms gave."""
    written: dict[str, list[str]] = defaultdict(list)
    for form in forms:
        written[form.consultant].extend(form.numbers)
    near = {person: NearNumbers(numbers) for person, numbers in written.items() if person}
    call_keys: list[_Keys] = [
        frozenset(
            (number, person) for person in call.talked if person in near for number in near[person].of(call.number)
        )
        for call in calls
    ]
    return call_keys, [_form_keys(form) for form in forms]


def _number_unknown(calls: Sequence[JoinedCall], forms: Sequence[FormRecord]) -> tuple[list[_Keys], list[_Keys]]:
    """Same consultant; a call without a number pairs with any form, any call with a form without a number."""
    return (
        [frozenset((bool(call.number), person) for person in call.talked) for call in calls],
        [_unknown_number_keys(form) for form in forms],
    )


def _unknown_number_keys(form: FormRecord) -> _Keys:
    if not form.consultant:
        return frozenset()
    has_number = (False,) if form.numbers else (False, True)
    return frozenset((kind, form.consultant) for kind in has_number)


def _second_forms(
    calls: Sequence[JoinedCall], forms: Sequence[FormRecord], left: Iterable[int], matching: Matching
) -> None:
    """A form left over with the number and the consultant of an answered call is a second form for the closest one."""
    chains: dict[Hashable, list[tuple[int, str, int]]] = defaultdict(list)
    for index, call in enumerate(calls):
        if call.answered:
            for key in _call_keys(call):
                chains[key].append((microseconds(call.arrived_at), call.id, index))
    for chain in chains.values():
        chain.sort()
    for form in left:
        at_us = _when_us(forms[form])
        found = [near for key in _form_keys(forms[form]) if key in chains for near in _neighbours(chains[key], at_us)]
        fitting = [
            (abs(at_us - call_us), call_us, call_id, index)
            for call_us, call_id, index in found
            if -BEFORE_US <= at_us - call_us <= AFTER_US
        ]
        if fitting:
            matching.duplicate[form] = min(fitting)[-1]


def _neighbours(chain: list[tuple[int, str, int]], at_us: int) -> Iterable[tuple[int, str, int]]:
    """The last call before a moment and the first from then on; of several at one time that with the smallest id."""
    after = bisect_left(chain, (at_us,))
    if after < len(chain):
        yield chain[after]
    if after:
        yield chain[bisect_left(chain, (chain[after - 1][0],))]
