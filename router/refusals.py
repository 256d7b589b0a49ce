"""What people read of a refusal. May live here: the text of each id that the desk and the engine refuse by."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from router.core.errors import Refusal
from router.texts import Message, _

WORDS: Mapping[str, Message] = MappingProxyType(
    {
        "person-unknown": _("there is no such person: %(person)s"),
        "call-unknown": _("unknown call %(call)s"),
        "call-known": _("call %(call)s has arrived already"),
        "presence-unknown": _("there is no such presence: %(presence)s"),
        "time-goes-back": _("time goes back: %(now)s ms after %(before)s ms"),
        "not-theirs-now": _("call %(call)s is %(state)s, or %(person)s is on another call"),
        "no-call-back-owed": _("no call back is owed to that number"),
        "slot-ends-early": _("a slot ends at %(end)s ms, before it begins at %(start)s ms"),
        "slots-overlap": _("two slots overlap at %(at)s ms"),
        "named-twice": _("named twice at one time: %(people)s; each is on one sheet only (R1)"),
        "no-turn-to-take": _("there is no turn of %(person)s to take away: none is due and none is owed (R8)"),
        "no-slot": _("no slot is running, so there is no sheet"),
        "not-on-sheet": _("%(person)s is not on the %(sheet)s sheet"),
        "does-not-ring": _("the phone of %(person)s does not ring for call %(call)s"),
        "call-not-open": _("call %(call)s is not open to everyone: it is %(state)s"),
        "may-not-take": _("%(person)s can't take call %(call)s: %(why)s"),
        "nobody-talks": _("nobody talks on call %(call)s: it is %(state)s"),
        "cannot-have-call": _("call %(call)s can't go to %(person)s: not registered, or on a hotline call"),
        "call-not-answered": _("call %(call)s was not answered, so it has no form: it is %(state)s"),
        "call-over": _("call %(call)s is over already: it is %(state)s"),
        "sheet-changed": _("the sheet has changed since you saw it: version %(seen)s, now %(now)s"),
        "not-on-that-call": _("You are not on that call."),
        "number-unknown": _("no call, customer or call back has that number"),
        "no-way": _("%(machine)s of %(subject)s: no way from %(state)s by %(event)s"),
        "failed": _("the router failed at it (%(error)s); its log says how"),
    }
)


def refusal_text(refusal: Refusal) -> Message | str:
    """What people read; an id that this version does not know is shown as it is."""
    known = WORDS.get(refusal.id)
    if known is None:
        return str(refusal)
    needed = dict.fromkeys(_names(known), "?")
    return known.fill(**{**needed, **refusal.params}) if needed else known


def _names(text: Message) -> list[str]:
    return [part.split(")s")[0] for part in text.id.split("%(")[1:]]
