"""R6: what becomes of an offered turn. May live here: what moves a turn that exists, and what is traced of it.

An offer belongs to the round in which it was made. Its outcome is always traced while the person keeps their place on
a running sheet, but it moves the turn only if the turn still stands where this very offer has put it; once a new
round has begun, nothing but *back* reaches it. Somebody who has left, or whose slot is over, has nothing at stake.
"""

from __future__ import annotations

from router.core import ledger
from router.core.actions import Forfeit, Restore
from router.core.model import Call, Offer, Office, Sheet, Turn
from router.core.tables import OfferEvent, OfferState
from router.core.words import Account, PersonId, RestoreWhy, TurnEvent, TurnState, TurnUse


def turn_of(office: Office, offer: Offer) -> Turn | None:
    """The place on a running sheet that the offer concerns; None: nothing is at stake or recorded any more (R1, R6)."""
    if office.slot is None or offer.state is OfferState.VOID:
        return None
    turn = office.sheets[offer.group].turns.get(offer.person)
    return turn if turn is not None and turn.id == offer.turn else None


def make_offer(office: Office, call: Call, sheet: Sheet, person: PersonId, *, substitute: bool) -> None:
    """Offer the call to the person as their turn, or as a substitute (R10, R13)."""
    turn = sheet.turns[person]
    offer = Offer(id=office.new_id(), person=person, group=sheet.group, turn=turn.id, substitute=substitute)
    offer.call, offer.round = call.id, sheet.round
    turn.step(TurnEvent.OFFER, offer.id)
    call.offers.append(offer)


def answered(office: Office, call: Call, person: PersonId) -> tuple[TurnUse, Offer | None]:
    """The person answers the call: what it does to their turn, and the offer if a substitute's turn is to come back."""
    offer = call.offer_of(person)
    turn = turn_of(office, offer) if offer else None
    if offer is None or turn is None or offer.state not in (OfferState.AT_STAKE, OfferState.OVER):
        return TurnUse.NONE, None
    if offer.substitute and offer.state is OfferState.AT_STAKE:
        return TurnUse.KEPT, offer  # R13[kept]: in time, a substitute keeps the turn
    offer.step(OfferEvent.ANSWER)
    ledger.of_offer(office, office.sheets[offer.group], offer, Account.USED)
    _use(turn, offer)
    return TurnUse.USED, None


def _use(turn: Turn, offer: Offer) -> None:
    if turn.by != offer.id or turn.state not in (TurnState.OFFERED, TurnState.FORFEITED):
        return  # R6[moved-on]: a turn that came back meanwhile, or belongs to a new round, stays as it is
    turn.step(TurnEvent.USE, offer.id)  # R6[used]: in time, or late before anyone else
    if turn.owed:
        turn.owed = False
        turn.step(TurnEvent.PAY)  # R6[paid]: the turn used was the owed one


def forfeit(office: Office, offer: Offer, why: str) -> None:
    """The offer's turn is lost: three rings over or declined. Takes an owed turn along (R6)."""
    turn = turn_of(office, offer)
    if turn is None:
        return
    sheet = office.sheets[offer.group]
    office.say(Forfeit(person=offer.person, sheet=offer.group, why=why))
    ledger.of_offer(office, sheet, offer, Account.OWN_DOING, why)
    if turn.by == offer.id and turn.state is TurnState.OFFERED:
        if turn.owed:
            ledger.ended(office, sheet, turn, Account.OWN_DOING, why)
        turn.step(TurnEvent.FORFEIT, offer.id)
        turn.owed, turn.end = False, Account.OWN_DOING


def run_out(office: Office, offer: Offer) -> None:
    """The own three rings are over; the phone goes on ringing (R6)."""
    forfeit(office, offer, "no_answer")  # R6[rang-out]: three rings of one's own phone
    offer.step(OfferEvent.RUN_OUT)


def declined(office: Office, offer: Offer) -> None:
    """The person pressed "reject"; after their own three rings nothing more happens to the turn (R6)."""
    if offer.state is OfferState.AT_STAKE:
        forfeit(office, offer, "declined")  # R6[declined]: "reject" pressed
    if offer.state is not OfferState.VOID:
        offer.step(OfferEvent.SETTLE)


def failed(office: Office, offer: Offer) -> None:
    """The phone or line failed: the turn comes back if it was still at stake (R6)."""
    if offer.state is OfferState.AT_STAKE:
        give_back(office, offer, RestoreWhy.DEVICE)  # R6[failed]: phone or line, nobody's fault
    if offer.state in (OfferState.AT_STAKE, OfferState.OVER):
        offer.step(OfferEvent.SETTLE)


def give_back(office: Office, offer: Offer, why: RestoreWhy) -> None:
    """The offer's turn comes back, once at most; while nothing is recorded of its sheet it stays to come (R1, R6)."""
    turn = turn_of(office, offer)
    if turn is None:
        return
    office.say(Restore(person=offer.person, sheet=offer.group, why=why))
    ledger.comes_back(office, office.sheets[offer.group], turn, offer, why)
    offer.step(OfferEvent.SETTLE)
    back(turn, offer.id)


def back(turn: Turn, offer: int | None = None) -> None:
    """*Back* (R6): due again, if the turn is lost, done or offered by this very offer; else one turn is owed."""
    by_this = turn.state is TurnState.OFFERED and turn.by == offer
    if by_this or turn.state in (TurnState.DONE, TurnState.FORFEITED):
        turn.step(TurnEvent.BACK)  # R6[back]: due again
    else:
        turn.owed = True  # R6[owed]: it is due already, so one more is


def give_back_all(office: Office, call: Call, why: RestoreWhy) -> None:
    """Give back every turn of the call that is still at stake, in the order in which they were offered (R6)."""
    for offer in call.offers:
        if offer.state is OfferState.AT_STAKE:
            give_back(office, offer, why)


def give_back_used(office: Office, call: Call, why: RestoreWhy) -> None:
    """Give back the turn that was used for the call in time, if one was (R6: `other`, `asked_for`)."""
    for offer in call.offers:
        if offer.state is OfferState.USED:
            give_back(office, offer, why)


def end_stakes(office: Office) -> None:
    """A slot ends and its sheets don't go on: the offers of unanswered calls end for good, without a trace (R1)."""
    for call in office.pending.values():
        for offer in call.offers:
            if offer.state not in (OfferState.AT_STAKE, OfferState.OVER):
                continue
            turn = office.sheets[offer.group].turns.get(offer.person)
            ledger.void(office, office.sheets[offer.group], offer)
            if turn is not None and turn.by == offer.id and turn.state is TurnState.OFFERED:
                turn.step(TurnEvent.BACK)
            offer.step(OfferEvent.VOID)  # R1[void]: a slot that ended has nothing at stake any more
