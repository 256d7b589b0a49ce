"""R27: what became of every turn that was due. May live here: the ledger's entries, and when each is made.

A place on a sheet is due one turn a round, and one more for each that is owed (R5, R6), in the round in which it became
so. Each ends once: used, lost by one's own doing, lapsed for an objective reason, carried on into a later round, lost
in silence, taken away, or not reached since the place ended. What comes back is open again and ends once more. An offer
takes the turn of its round with it: whatever becomes of it later, also rounds later, is said of that round's turn.
The rules decide in `rotation` and `turns`; here is only said what they have decided, so nothing can be left over.
"""

from __future__ import annotations

from collections.abc import Iterable

from router.core.actions import LedgerEntry
from router.core.model import Offer, Office, Sheet, Turn
from router.core.tables import OfferState
from router.core.words import Account, PersonId, RestoreWhy, TurnState

STANDS = (TurnState.DUE, TurnState.OFFERED)
OWED = "owed"  # why a turn is due, or carried: one is owed
ENOUGH = "owed_already"  # why a turn is lost: never more than one is owed (R5, R6)


def due(office: Office, sheet: Sheet, people: Iterable[PersonId], why: str = "") -> None:
    """A turn of the running round is due to each."""
    who = tuple(people)
    if who:
        office.say(LedgerEntry(sheet=sheet.group, round=sheet.round, who=who, what=Account.DUE, why=why))


def ended(office: Office, sheet: Sheet, turn: Turn, what: Account, why: str, *, owed: bool = False) -> None:
    """The turn of the running round ended; `owed`: so did the one that was owed besides."""
    who = (turn.person, turn.person) if owed else (turn.person,)
    office.say(LedgerEntry(sheet=sheet.group, round=sheet.round, who=who, what=what, why=why))


def round_over(office: Office, sheet: Sheet, turn: Turn, why: str, *, lapsed: bool, was_owed: bool) -> None:
    """A round ends on somebody still due who did not forfeit: lapsed (owed on, or not), or passed in silence."""
    if lapsed and turn.owed:
        ended(office, sheet, turn, Account.CARRIED, why)
        if was_owed:
            ended(office, sheet, turn, Account.OBJECTIVE, ENOUGH)
    elif lapsed:
        ended(office, sheet, turn, Account.OBJECTIVE, why, owed=was_owed)
    else:
        ended(office, sheet, turn, Account.SILENT, why)
        still_owed(office, sheet, turn)


def still_owed(office: Office, sheet: Sheet, turn: Turn) -> None:
    """A round ends, and what is owed stays owed in the next one."""
    if turn.owed:
        ended(office, sheet, turn, Account.CARRIED, OWED)


def left(office: Office, sheet: Sheet, turn: Turn) -> None:
    """A place ends (R8): what was still open of it is not reached, also what is on offer since an earlier round."""
    if turn.state in STANDS:
        ended(office, sheet, turn, Account.NOT_REACHED, "left", owed=turn.owed)
    for call in office.pending.values():
        for offer in call.offers:
            if offer.turn == turn.id and offer.state is OfferState.AT_STAKE:
                if offer.round < sheet.round:
                    _of_offer(office, sheet, offer, Account.NOT_REACHED, "left")
                offer.holds = False


def of_offer(office: Office, sheet: Sheet, offer: Offer, what: Account, why: str = "") -> None:
    """The turn on offer was used, or is lost; an offer whose turn came back by other ways says nothing of it."""
    if offer.holds:
        _of_offer(office, sheet, offer, what, why)


def void(office: Office, sheet: Sheet, offer: Offer) -> None:
    """The slot is over (R1): an earlier round's turn on offer is not reached; this round's is due as before."""
    if offer.round < sheet.round and offer.state is OfferState.AT_STAKE:
        of_offer(office, sheet, offer, Account.NOT_REACHED, "slot_over")


def comes_back(office: Office, sheet: Sheet, turn: Turn, offer: Offer, why: RestoreWhy) -> None:
    """The turn on offer comes back (R6); called before the turn moves."""
    stays_in_round = offer.round == sheet.round or turn.by == offer.id
    is_lost = turn.state in STANDS and turn.by != offer.id and turn.owed
    if is_lost:
        of_offer(office, sheet, offer, Account.OBJECTIVE, ENOUGH)
    elif stays_in_round:
        of_offer(office, sheet, offer, Account.BACK, why)
    else:
        of_offer(office, sheet, offer, Account.CARRIED, why)
        due(office, sheet, [turn.person], why)


def handed_out(office: Office, sheet: Sheet, turn: Turn) -> None:
    """The supervisor gives a turn (R8); called before it moves. A lost one comes back, else it is one more."""
    if turn.state is TurnState.FORFEITED:
        undoes = turn.end or Account.OWN_DOING
        why = RestoreWhy.SUPERVISOR
        entry = LedgerEntry(
            sheet=sheet.group, round=sheet.round, who=(turn.person,), what=Account.BACK, undoes=undoes, why=why
        )
        office.say(entry)
        for call in office.pending.values():
            for offer in call.offers:
                offer.holds = offer.holds and offer.id != turn.by
    elif turn.state is TurnState.DONE or not turn.owed:
        due(office, sheet, [turn.person], RestoreWhy.SUPERVISOR)


def _of_offer(office: Office, sheet: Sheet, offer: Offer, what: Account, why: str) -> None:
    if not offer.round:
        return  # an offer from before the ledger was kept
    entry = LedgerEntry(
        sheet=sheet.group,
        round=offer.round,
        who=(offer.person,),
        what=what,
        undoes=offer.end,
        why=why,
        about=offer.call,
    )
    office.say(entry)
    offer.end = None if what is Account.BACK else what
