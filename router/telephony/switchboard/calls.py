"""A call comes, waits, is let go and ends. May live here: what concerns the caller's side of a call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from router.core.actions import Hold, Release, Ring
from router.core.inputs import CallArrived, HandedOver, Taken
from router.core.words import CallId, MissedWhy, Number, PersonId
from router.logs import logger
from router.masking import mask
from router.store.follow.events import FactKind
from router.telephony.ami import AmiEvent
from router.telephony.switchboard import answers, commands, ringing, watching
from router.telephony.switchboard.directory import device_of
from router.telephony.switchboard.display import clean
from router.telephony.switchboard.floor import Floor, Hears, LiveCall
from router.telephony.switchboard.legs import ANSWERED_ELSEWHERE
from router.wire.observation import Observation

log = logger(__name__)

NOBODY = PersonId("")
TWIN_MS = 1_000
INVITE_MS = 32_000  # so long an INVITE may be on its way (RFC 3261, timer B)
HELD_MS = 700  # the fallback serves a call that nobody has claimed a second after its offer


def on_call(floor: Floor, event: AmiEvent) -> None:
    """A call has come in: the desk is told at once; what it says is done when the call has an offer to pick up."""
    call_id, offer = CallId(event.one("Call") or ""), event.one("Offer") or ""
    known = floor.calls.get(call_id)
    if not call_id or (known is not None and not _wants_offer(known, offer)):
        return
    call = known or LiveCall(id=call_id, arrived_ms=floor.now)
    describe(floor, call, event)
    floor.calls[call_id] = call
    if known is None and (no_lead := _no_lead(floor, call)) is not None:
        note_turned_away(floor, call, no_lead)
    if known is None and not call.turned_away and any(_may_be_one(floor, call)):
        call.held = True
        floor.at(HELD_MS, _take_in, call)
    if not call.held:
        _serve(floor, call)
    if offer:
        for held in [other for other in floor.calls.values() if other.held]:
            _compare(floor, held)


def _serve(floor: Floor, call: LiveCall) -> None:
    if call.turned_away:
        turn_away(floor, call)
        return
    if not call.told and floor.distrusts_pickups:
        call.fallback = True  # not claimed: the fallback serves it by Dial, and it is on record all the same
        tell_arrival(floor, call)
        return
    if not call.told:
        tell_arrival(floor, call)
    if call.offer:
        if call.orders:  # taken up after a restart: the desk has acted for it before
            ringing.claim(floor, call)
        do_pending(floor, call)


# --- the same INVITE by two ways: one call. They have the caller's number in common, and so have most calls with none.


def _may_be_one(floor: Floor, call: LiveCall) -> Iterator[LiveCall]:
    """The calls before it that may be the same one by another way, as far as their numbers tell."""
    for other in floor.calls.values():
        if other is call:
            return
        is_late = call.arrived_ms - other.arrived_ms > INVITE_MS
        if other.number == call.number and not other.over and not other.merged and not is_late:
            yield other


def _compare(floor: Floor, call: LiveCall) -> None:
    """Tell it to the desk, or turn it away, as soon as each offer has said by which INVITE its call came."""
    others = list(_may_be_one(floor, call))
    if call.offer and call.dialog and any(other.dialog == call.dialog for other in others):
        call.held, call.turned_away, call.merged, call.told_over = False, True, True, True
        log.info("merged", call=call.id)
        _serve(floor, call)
    elif call.offer and not any(_is_offer_to_come(other) for other in others):
        _take_in(floor, call)


def _is_offer_to_come(call: LiveCall) -> bool:
    return not call.offer and not call.dialog and call.hears is Hears.NOTHING


def _take_in(floor: Floor, call: LiveCall) -> None:
    """It is a call of its own, or nobody knows better."""
    if call.held:
        call.held = False
        _serve(floor, call)


def _no_lead(floor: Floor, call: LiveCall) -> FactKind | None:
    """Why the call is nobody's lead, if it is none: a blocked number, or a consultant's phone that dialled us."""
    if device_of(call.caller_channel) in floor.directory.by_device:
        return FactKind.INSIDE
    return FactKind.BLOCKED if floor.numbers.is_blocked(floor.numbers.normalise(call.number)) else None


def note_turned_away(floor: Floor, call: LiveCall, why: FactKind) -> None:
    """The call is logged; the desk never hears of it."""
    call.turned_away = call.told_over = True
    facts = {**_facts_of(call), "caller": floor.numbers.normalise(call.number)}
    del facts["number"]
    known = {name: value for name, value in facts.items() if value}
    floor.out.append(Observation(what=why, call=call.id, person=NOBODY, source="ami", facts=known))


def on_unknown(floor: Floor, event: AmiEvent) -> None:
    """Somebody called a number of ours that no hotline has: a mistake in the site file, or the carrier's."""
    number, trunk = mask(event.get("Number")), event.get("Trunk") or "?"
    floor.alarm("unknown-number", f"a call for {number} by trunk {trunk} was refused: no hotline has that number")


def turn_away(floor: Floor, call: LiveCall) -> None:
    """The caller hears that we are busy, as soon as the channel can be moved; the duty phone is not rung either."""
    if call.offer:
        floor.say(commands.claim(call.offer))
        call.hears, call.offer = Hears.RELEASED, ""
        if call.merged:
            floor.say(commands.set_variable(call.caller_channel, "CDR_PROP(disable)", "1"))  # while it is dialling
        why = "merged" if call.merged else "blocked"
        floor.say(commands.redirect(call.caller_channel, "hotline-release", why))


def _wants_offer(call: LiveCall, offer: str) -> bool:
    """Whether a call that we know is being told anew: with its first offer, or (after a restart) with its caller."""
    is_new = not call.offer and call.hears is Hears.NOTHING
    return bool(offer) and not call.over and not call.fallback and (is_new or not call.caller_channel)


def do_pending(floor: Floor, call: LiveCall) -> None:
    """Do what the desk said while there was no link, or no offer to pick up."""
    said, call.pending = call.pending, []
    for action in said:
        if isinstance(action, Ring):
            ringing.ring(floor, action)
        elif isinstance(action, Hold):
            hold(floor, action)
        else:
            release(floor, action)


def let_go(floor: Floor, call: LiveCall, why: str) -> None:
    """End what the caller waits for; their own channel goes on where `why` says (`hotline-release`).

    The caller's channel is not moved by us: somebody may just have picked up, and a talk would be cut.
    """
    floor.say(commands.set_variable(call.caller_channel, "HOTLINE_WHY", why))
    floor.say(commands.hang_up(call.offer + ";2"))


def _must_wait(call: LiveCall) -> bool:
    """Whether the call can't be moved yet: it is just coming, being told anew (after a restart), or being moved."""
    return not call.caller_channel or (not call.offer and call.hears in (Hears.NOTHING, Hears.MOVING))


def describe(floor: Floor, call: LiveCall, event: AmiEvent) -> None:
    """Note what Asterisk says of the caller's side."""
    hotline = event.get("Number")
    trunk = floor.directory.by_trunk.get(event.get("Trunk")) or floor.directory.trunk_of(hotline)
    call.number, call.name, call.hotline = event.get("From"), clean(event.get("Name")), hotline
    call.trunk = trunk.name if trunk else ""
    call.answer = event.get("Answer") or "waiting"
    call.offer = event.get("Offer")
    call.caller_channel, call.caller_uniqueid = event.get("CallerChannel"), event.get("CallerUniqueid")
    call.system, call.dialog = event.get("System"), event.get("Dialog") or call.dialog
    call.answered_by_pbx = call.answer == "always" or event.get("Again") == "1"


def tell_arrival(floor: Floor, call: LiveCall) -> None:
    """Tell the desk; the number as the carrier sent it and Asterisk's own ids go into the record beside it.

    A customer's further number reaches the desk as the first one; the record has it as `caller`.
    """
    number = floor.numbers.normalise(call.number)
    first = floor.numbers.first(number)
    facts = {**_facts_of(call), "caller": number if number != first else "", "twin": _twin(floor, call)}
    floor.tell(CallArrived(call=call.id, number=Number(first)), **facts)
    call.told = True


def _twin(floor: Floor, call: LiveCall) -> str:
    """Another call of the same number within a second: some carriers send one by each of their addresses."""
    for other in floor.calls.values():
        is_same = call.number and other.number == call.number and not other.turned_away
        if other is not call and is_same and abs(call.arrived_ms - other.arrived_ms) <= TWIN_MS:
            return other.id
    return ""


def _facts_of(call: LiveCall) -> dict[str, str]:
    return {
        "number": call.number,
        "hotline": call.hotline,
        "trunk": call.trunk,
        "uniqueid": call.caller_uniqueid,
        "channel": call.caller_channel,
        "systemname": call.system,
        "served": "fallback" if call.fallback else "",
    }


def on_offer(floor: Floor, event: AmiEvent) -> None:
    """The call has (got) this offer: after the PBX answered it to wait, a new one."""
    call = floor.calls.get(CallId(event.one("Call") or ""))
    offer = event.one("Offer") or ""
    if call is None or not offer:
        return
    call.offer = offer
    if call.hears is Hears.MOVING:
        call.hears = Hears.WAITING
    do_pending(floor, call)


def hold(floor: Floor, action: Hold) -> None:
    """R14: nobody can be rung; music or an announcement, answered or not as the trunk says."""
    call = floor.calls.get(action.call)
    if call is None or call.over or call.fallback or call.hears in (Hears.PERSON, Hears.MOVING):
        return
    if _must_wait(call):
        call.pending.append(action)
        return
    if call.answer == "waiting" and not call.answered_by_pbx:
        call.answered_by_pbx, call.hears, call.offer = True, Hears.MOVING, ""
        floor.say(commands.redirect(call.caller_channel, "hotline-hold", call.id))
    elif call.hears is not Hears.WAITING:
        call.hears = Hears.WAITING
        floor.say(commands.to_offer(call.offer, "hotline-waiting", call.id))
    trunk = floor.directory.by_trunk.get(call.trunk)
    if call.answer == "never" and trunk is not None:
        limit_ms = trunk.no_answer_seconds * 1000 - (floor.now - call.arrived_ms)
        floor.at(max(0, limit_ms), _waited_too_long, call)


def _waited_too_long(floor: Floor, call: LiveCall) -> None:
    """DESIGN 10: the carrier would drop an unanswered call about now; end it in order."""
    if call.hears is Hears.WAITING and not call.over:
        let_go(floor, call, MissedWhy.NO_ANSWER.value)


def release(floor: Floor, action: Release) -> None:
    """R15: the call is missed; let the caller go with a word or a tone."""
    call = floor.calls.get(action.call)
    if call is None or call.over:
        return
    call.told_over = True
    if call.hears is Hears.PERSON:
        if call.talker is not None:  # the answer and the desk's giving up have crossed
            answers.tell_late_answer(floor, call, call.talker)
        return
    if call.fallback:
        return  # the fallback may yet find somebody: the desk is told then
    if _must_wait(call):
        call.pending.append(action)
        return
    call.hears = Hears.RELEASED
    closed = action.why is MissedWhy.CLOSED
    let_go(floor, call, "duty" if closed and floor.directory.duty_dial else action.why.value)


def on_ended(floor: Floor, event: AmiEvent) -> None:
    """The caller's channel has ended: the call is over."""
    call = floor.calls.get(CallId(event.one("Call") or ""))
    if call is not None:
        end(floor, call, ended_by=_who_ended(floor, call, event.get("Source")))


def _who_ended(floor: Floor, call: LiveCall, source: str) -> str:
    """R19: `caller`, `consultant`, or "" where it can't be known: many analogue lines never tell that a caller left."""
    trunk = floor.directory.by_trunk.get(call.trunk)
    if not source or (trunk is not None and not trunk.tells_hangup):
        return ""
    if source == call.caller_channel:
        return "caller"
    mobile = call.talker.phone.trunk if call.talker else ""
    is_consultant = device_of(source) in floor.directory.by_device or (
        mobile and device_of(source) == f"PJSIP/{mobile}"
    )
    return "consultant" if is_consultant else ""


def end(floor: Floor, call: LiveCall, *, ended_by: str = "") -> None:
    """The call is over, whoever ended it."""
    if call.over:
        return
    _take_in(floor, call)  # it came, and was gone before anybody knew better
    call.over = True
    call.pending.clear()
    if call.handing is not None:
        target, call.handing = call.handing.target, None
        if target is not None:
            floor.devices.release(target, talks=False)
            ringing.look_at(floor, target)
    floor.tell_over(call, ended_by=ended_by)
    for order in call.orders.values():
        order.over = True
        ringing.stop_legs(floor, order, None)
    watching.doubt(floor, call)
    if not any(leg.call == call.id for leg in floor.legs.values()):
        del floor.calls[call.id]


# --- the fallback -----------------------------------------------------------------------------------------------------


def on_fallback(floor: Floor, event: AmiEvent) -> None:
    """Asterisk found us silent and serves the call itself; we only watch it from now on."""
    call = floor.calls.get(CallId(event.one("Call") or ""))
    if call is not None and not call.fallback:
        call.fallback = True
        _take_in(floor, call)
        call.pending.clear()
        floor.alarm("fallback", f"call {call.id} is served by the fallback")


def leave_to_fallback(floor: Floor, call_id: CallId) -> None:
    """The desk has let go of it: Asterisk serves it, and what becomes of it is told to nobody."""
    call = floor.calls.get(call_id)
    if call is None or call.over or call.hears in (Hears.PERSON, Hears.RELEASED):
        return
    call.fallback = call.told_over = True
    call.pending.clear()
    for order in call.orders.values():
        order.over = True
        ringing.stop_legs(floor, order, ANSWERED_ELSEWHERE)
    if call.offer:
        floor.say(commands.to_offer(call.offer, "hotline-fallback", call.id))


def is_served_by_fallback(floor: Floor, call: LiveCall, phones: Sequence[str]) -> None:
    """Seen after a lost link or a restart: the fallback has the call; `phones` are on it already."""
    call.fallback = True
    call.pending.clear()
    for phone in phones:
        _answered_by_fallback(floor, call, phone)


def on_fallback_answered(floor: Floor, event: AmiEvent) -> None:
    """Somebody answered a call that the fallback serves: a fact."""
    call = floor.calls.get(CallId(event.one("Call") or ""))
    if call is not None:
        _answered_by_fallback(floor, call, event.one("Phone") or "", event.one("Person") or "")


def _answered_by_fallback(floor: Floor, call: LiveCall, phone: str, named: str = "") -> None:
    """By a desk phone, known by its device, or by a mobile, whose person the dialplan names."""
    person = floor.directory.by_device.get(device_of(phone)) or PersonId(named)
    if person not in floor.directory.by_id or call.hears is Hears.PERSON:
        return
    call.hears = Hears.PERSON
    for order in call.orders.values():
        order.over = True
        ringing.stop_legs(floor, order, ANSWERED_ELSEWHERE)
    if not call.answered:
        floor.tell(Taken(call=call.id, person=person, fact=True), served="fallback")
    elif call.talker is None or call.talker.person != person:
        floor.tell(HandedOver(call=call.id, person=person), served="fallback")
    call.answered = True
