"""R9, R16: whose customer. May live here: gain, liveness, the say, and what each contact and form changes.

A customer has an owner and a last contact; ownership is live for `lapse_ms` after it. The call that made somebody the
owner has the say over both until another call or a follow-up changes either: while it has it, each hand-over and form
sets them anew, and `other` restores what was before. Any other call only counts as a contact, if it is the owner's.
"""

from __future__ import annotations

from router.core.actions import Own
from router.core.model import Call, Customer, Office
from router.core.words import WITHHELD, FormKind, Number, PersonId


def live_owner(office: Office, number: Number) -> PersonId | None:
    """Who owns the number now, if that is live: an active owner, exactly seven days included (R16.2)."""
    customer = office.customers.get(number)
    if customer is None or customer.owner is None or not office.people[customer.owner].active:
        return None
    # R16.2[seven-days]: exactly so long still counts
    return customer.owner if office.now - customer.contact <= office.policy.lapse_ms else None


def answered(office: Office, call: Call, person: PersonId) -> None:
    """An answer: a gain (R16.1), or a contact of the owner's (R16.2)."""
    if call.number == WITHHELD:
        return
    customer = office.customer(call.number)
    if not call.returning and live_owner(office, call.number) is None:
        customer.owner_before, customer.contact_before = customer.owner, customer.contact
        # R16.1[gain]: who answers a new call, or a lapsed customer's (R16.3)
        customer.owner, customer.contact, customer.say = person, office.now, call.id
        office.say(Own(number=call.number, who=person))
    else:
        contacted(office, call.number, person)


def contacted(office: Office, number: Number, person: PersonId) -> None:
    """Somebody spoke with the number: it counts if they are the last owner, and ends the say (R16.2, R16.4)."""
    customer = office.customers.get(number)
    if customer is not None and customer.owner == person:
        # R16.2[contact]: by the last owner alone; it ends the say (R16.4)
        customer.contact, customer.say = office.now, None


def handed_over(office: Office, call: Call, person: PersonId) -> None:
    """The call went to `person` (R16.6)."""
    customer = office.customers.get(call.number)
    if customer is not None and customer.say == call.id:
        _set(office, call.number, customer, person, office.now)  # R16.6[handed-over]: theirs who has it now
    else:
        contacted(office, call.number, person)


def form_filed(office: Office, call: Call, kind: FormKind, asked_for: PersonId | None) -> None:
    """A form of the call that has the say sets owner and contact anew (R16.5, 7, 8); any other changes neither."""
    customer = office.customers.get(call.number)
    if customer is None or customer.say != call.id:
        return  # R16.4[no-say]: another contact has come since
    if kind is FormKind.OTHER:
        # R16.7[restored]: no purchase call, so the customer is whose they were
        _set(office, call.number, customer, customer.owner_before, customer.contact_before)
    elif asked_for is not None:
        _set(office, call.number, customer, asked_for, office.now)  # R16.5[theirs]: whom the customer asked for
    else:
        _set(office, call.number, customer, call.last_on_it, call.on_it_since)  # R16.8[plain]: who was last on it


def _set(office: Office, number: Number, customer: Customer, owner: PersonId | None, contact: int) -> None:
    changed = customer.owner != owner
    customer.owner, customer.contact = owner, contact
    if changed:
        office.say(Own(number=number, who=owner))
