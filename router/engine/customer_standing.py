"""How the numbers that an input concerned stand afterwards. May live here: reading that from an office.

The database learns owner, contact and call back from here, so that no rule of R15 and R16 is written a second time.
"""

from __future__ import annotations

from collections.abc import Iterable

from router.core import inputs
from router.core.actions import Action, Connected, HandOver, Missed, Trail
from router.core.model import Office
from router.core.words import WITHHELD, Number
from router.store.follow.events import Standing


def standing_after(office: Office, told: inputs.Input, answer: Iterable[Action | Trail]) -> list[Standing]:
    """Owner, contact and call back of each number that the input, or what came of it, may have changed."""
    numbers: dict[Number, None] = {}
    if isinstance(told, inputs.CustomerKnown | inputs.Contacted | inputs.CallbackAssigned | inputs.CallbackOwed):
        numbers[told.number] = None
    calls = [told.call] if isinstance(told, inputs.FormFiled) else []
    calls += [told.call] if isinstance(told, inputs.HungUp) and told.lost else []
    calls += [item.call for item in answer if isinstance(item, Connected | HandOver | Missed)]
    numbers |= {office.calls[call].number: None for call in calls if call in office.calls}
    return [_standing(office, number) for number in numbers if number != WITHHELD]


def _standing(office: Office, number: Number) -> Standing:
    customer = office.customers.get(number)
    return Standing(
        number=number,
        owner=customer.owner if customer else None,
        contact=customer.contact if customer else 0,
        owed=number in office.callbacks,
        callback=office.callbacks.get(number),
    )
