"""The house's words for states (WEB 4): shape, word, tone. May live here: those tables.

A shape stands beside the word so that a black-and-white print still reads; the tone is a colour of the style sheet.
English is the key of the translation; the Chinese stands in `translations/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as _p
from flask_babel.speaklater import LazyString

from router.reconcile.texts import KINDS
from router.texts import Message
from router.web.language import shown_language


def _shown(word: Message) -> str:
    return word.render(shown_language())


@dataclass(frozen=True, slots=True)
class Word:
    """A state as people see it."""

    shape: str
    text: LazyString
    tone: str


TURN: Mapping[str, Word] = MappingProxyType(
    {
        "due": Word("○", _("Due"), "mute"),
        "next": Word("▶", _("Next"), "act"),
        "offered": Word("◔", _("Offered"), "act"),
        "done": Word("✓", _("Done"), "ok"),
        "makeup": Word("↷", _("Make-up"), "hold"),
        "owed": Word("＋", _("1 owed"), "hold"),
        "forfeited": Word("✕", _("Forfeited"), "bad"),
        "suspended": Word("■", _("Suspended"), "bad"),
        "lapsed": Word("⊘", _("Lapsed"), "mute"),
    }
)

PRESENCE: Mapping[str, Word] = MappingProxyType(
    {
        "present": Word("●", _("Present"), "ok"),
        "receiving": Word("◆", _("With visitor"), "hold"),
        "meeting": Word("◆", _("Meeting"), "hold"),
        "errand": Word("◆", _("Errand"), "hold"),
        "break": Word("▲", _("Break"), "warn"),
        "off": Word("–", _("Off"), "mute"),
    }
)

PHONE: Mapping[str, Word] = MappingProxyType(
    {
        "idle": Word("", _("Idle"), "mute"),
        "ringing": Word("◔", _("Ringing"), "act"),
        "talking": Word("☎", _("Talking"), "ok"),
        "wrap_up": Word("✎", _("Wrap-up"), "hold"),
        "offline": Word("↯", _("Offline"), "bad"),
    }
)

CALL: Mapping[str, Word] = MappingProxyType(
    {
        "ringing": Word("◔", _("Ringing"), "act"),
        "talking": Word("☎", _("Talking"), "ok"),
        "open": Word("⁂", _("Open to all"), "warn"),
        "waiting": Word("‖", _("Waiting"), "warn"),
    }
)

LINK: Mapping[str, Word] = MappingProxyType(
    {
        "live": Word("●", _("Live"), "ok"),
        "stale": Word("■", _("Stale"), "bad"),
        "reconnecting": Word("◌", _("Reconnecting"), "warn"),
        "down": Word("■", _("Router down"), "bad"),
        "pbx_down": Word("■", _("PBX down"), "bad"),
    }
)

ROLE: Mapping[str, LazyString] = MappingProxyType(
    {
        "supervisor": _("Supervisor"),
        "manager": _("Manager"),
        "secretary": _("Secretary"),
        "consultant": _("Consultant"),
        "administrator": _("Administrator"),
    }
)

ACT: Mapping[str, LazyString] = MappingProxyType(
    {
        "presence": _("Change presence"),
        "suspend": _("Take off calls"),
        "resume": _("Give calls again"),
        "give": _("Hand out a turn"),
        "take": _("Take a turn away"),
        "order": _("Edit the order"),
    }
)

# WEB 5: the chips of the reason dialog
REASON: Mapping[str, LazyString] = MappingProxyType(
    {
        "customer": _("The customer asked for it"),
        "device": _("Device failure"),
        "late": _("Came late"),
        "training": _("Training"),
        "other": _("Other"),
    }
)

SOURCE: Mapping[str, LazyString] = MappingProxyType(
    {
        "ami": _("feature code"),
        "plan": _("end of the day"),
        "timer": _("by itself"),
        "site": _("site file"),
        "policy": _("policy"),
    }
)

HUNG_UP: Mapping[str, LazyString] = MappingProxyType(
    {"caller": _("the customer"), "consultant": _("the consultant"), "": _("unknown")}
)

RETURNED: Mapping[str, LazyString] = MappingProxyType(
    {"other": _("the form says other business"), "asked_for": _("the customer asked for somebody else")}
)

MARK: Mapping[str, Word] = MappingProxyType(
    {
        "returning": Word("", _("Returning"), "act"),
        "substitute": Word("", _("Substitute"), "hold"),
        "takeover": Word("⁂", _("Takeover"), "hold"),
        "late": Word("", _("Late"), "warn"),
        "overtime": Word("", _("Overtime"), "warn"),
        "hung_up_first": Word("", _("Hung up first"), "warn"),
        "turn_returned": Word("↷", _("Turn returned"), "hold"),
        "other": Word("", _("Other business"), "mute"),
        "duty": Word("☎", _("Duty phone"), "ok"),
    }
)

GROUP: Mapping[str, LazyString] = MappingProxyType({"call": _("Call group"), "reception": _("Reception group")})

FORM_KIND: Mapping[str, LazyString] = MappingProxyType(
    {"purchase": _("Purchase"), "other": _("Other business"), "message": _("Message for the owner")}
)

FAULT: Mapping[str, LazyString] = MappingProxyType(
    {
        "too-long": _("too long"),
        "not-a-choice": _("choose one of the list"),
        "not-a-number": _("not a number: digits are needed, several separated by ;"),
        "not-yes-no": _("yes or no"),
        "rounded": _("the spreadsheet rounded this number: type it anew"),
        "not-a-time": _("not a date and time"),
        "ambiguous-date": _("may be several dates or times: write it like 2026-11-24 09:05"),
        "day-number": _("not a date and time"),
        "needed": _("needed"),
        "missing": _("missing"),
        "unknown-person": _("nobody who works here has that id or name"),
        "in-the-future": _("has not come yet"),
        "twice": _("an earlier line has this number, too"),
        "two-customers": _("the numbers are two customers' on record: merge them first"),
        "day-closed": _("the day is closed: say why it is changed"),
    }
)

VERDICT: Mapping[str, LazyString] = MappingProxyType(
    {"approved": _("Approve"), "rejected": _("Reject"), "remark": _("Remark")}
)

STAGE: Mapping[str, LazyString] = MappingProxyType(
    {
        "rotation": _("Next in line"),
        "owner": _("Their own customer"),
        "substitute": _("Substitute"),
        "everyone": _("Open to all"),
    }
)

RING_END: Mapping[str, Word] = MappingProxyType(
    {
        "answered": Word("✓", _("Answered"), "ok"),
        "elsewhere": Word("·", _("Answered elsewhere"), "mute"),
        "declined": Word("✕", _("Declined"), "bad"),
        "failed": Word("↯", _("Phone failed"), "warn"),
        "abandoned": Word("↩", _("Caller gave up"), "mute"),
        "missed": Word("✕", _("Missed"), "bad"),
        "ringing": Word("◔", _("Ringing"), "act"),
    }
)

# R25; shape and colour are the state's (WEB 4)
FINDING: Mapping[str, LazyString] = MappingProxyType({kind: LazyString(_shown, word) for kind, word in KINDS.items()})

FINDING_STATE: Mapping[str, Word] = MappingProxyType(
    {
        "open": Word("●", _("Open"), "warn"),
        "asked": Word("✉", _("Asked"), "act"),
        "settled_late": Word("◐", _("Settled late"), "hold"),
        "confirmed": Word("✓", _("Confirmed"), "bad"),
        "dismissed": Word("–", _("Dismissed"), "mute"),
        "gone": Word("–", _("Gone"), "mute"),
    }
)

MISSED: Mapping[str, LazyString] = MappingProxyType(
    {
        "abandoned": _("Abandoned"),
        "no_answer": _("No answer"),
        "max_wait": _("Waited too long"),
        "closed": _("Closed"),
        "blocked": _("Number blocked"),
        "inside": _("From a phone of the office"),
    }
)

DEVICE: Mapping[str, LazyString] = MappingProxyType({"wall": _("Wall screen"), "tablet": _("Tablet")})

AUDITED: Mapping[str, LazyString] = MappingProxyType(
    {
        "number": _("Whole number seen"),
        "export": _("Export"),
        "import": _("Import"),
        "sign-in": _("Sign-in"),
        "sign-out": _("Sign-out"),
        "password": _("Password changed"),
        "reset": _("Password reset"),
        "unlock": _("Wait ended"),
        "second-step": _("Second step"),
        "users": _("Users and roles"),
        "token": _("API token"),
        "device": _("Device"),
        "erasure": _("Erasure"),
    }
)

CUSTOMER_VIEW: Mapping[str, LazyString] = MappingProxyType(
    {"live": _("Owned"), "lapsed": _("Lapsed customers"), "all": _("All customers")}
)

CONTACT: Mapping[str, LazyString] = MappingProxyType(
    {
        "follow_up": _("Followed up"),
        "visit": _("Visit"),
        "call": _("Called from the office"),
        "callback": _("Called back"),
        "duty": _("Duty phone"),
    }
)

# `store.fairness.words.MARKS`, with a tone: by one's own doing is told apart from what the house owes
ROUND: Mapping[str, Word] = MappingProxyType(
    {
        "unexplained": Word("?", _("Unexplained"), "bad"),
        "used": Word("✓", _("Used"), "ok"),
        "own_doing": Word("✕", _("Own doing"), "bad"),
        "objective": Word("⊘", _("Lapsed, not owed"), "mute"),
        "carried": Word("→", _("Owed on"), "hold"),
        "silent": Word("–", _("In silence"), "mute"),
        "taken_away": Word("−", _("Taken away"), "warn"),
        "not_reached": Word("·", _("Not reached"), "mute"),
        "open": Word("○", _p("of a turn", "Open"), "mute"),
    }
)

WEEKDAY: tuple[LazyString, ...] = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))

# who asks for a run, where it is no user
RUNS: Mapping[str, LazyString] = MappingProxyType(
    {"nightly": _("the nightly run"), "backfill": _("a backfill"), "command line": _("the command line")}
)


def why_from(values: Mapping[str, str]) -> str:
    """The reason that a dialog was given: a chip, a note, or both; "" where neither says anything."""
    chip, note = values.get("reason", ""), " ".join(values.get("note", "").split())
    named = str(REASON[chip]) if chip in REASON and chip != "other" else ""
    return "：".join(part for part in (named, note) if part)
