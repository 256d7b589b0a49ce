"""What each kind of finding says, in one sentence. May live here: those sentences, English as the key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from router.masking import mask
from router.reading.numbers import split_numbers
from router.web import words
from router.web.check.view import FindingLine, SlotLine
from router.web.shared import local
from router.web.shown.spans import how_long

SLACK = timedelta(seconds=10)  # the last sign of a link lies a little before its loss


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceTerms:
    """What sentences are told with: names of people, the time now, that for a form, what forms lack."""

    names: Mapping[str, str]
    now: datetime
    form_minutes: float
    lacks: Callable[[FindingLine], Sequence[str]]
    slots: Mapping[str, SlotLine]
    blind: Sequence[tuple[datetime, datetime | None]]  # when the router had no link to the PBX

    def name(self, person: str | None) -> str:
        """A person's name; 「—」 for nobody."""
        return self.names.get(person, person) if person else "—"


def sentence(line: FindingLine, telling: SentenceTerms) -> str:
    """What was seen."""
    return str(SENTENCES[line.finding.kind](line, telling))


def _missing(line: FindingLine, telling: SentenceTerms) -> object:
    due = local(line.ended_at + timedelta(minutes=telling.form_minutes) if line.ended_at else None)
    name, seconds = telling.name(line.finding.person), line.talked_seconds
    if seconds is None:
        return _("%(name)s answered, form due by %(due)s", name=name, due=due)
    took = f"{seconds // 60:02}:{seconds % 60:02}"
    return _("%(name)s answered %(took)s, form due by %(due)s", name=name, took=took, due=due)


def _late(line: FindingLine, telling: SentenceTerms) -> object:
    due = local(line.ended_at + timedelta(minutes=telling.form_minutes) if line.ended_at else None)
    filed = local(line.form.filed_at, "%m-%d %H:%M") if line.form else "—"
    values = {"name": telling.name(line.finding.person), "id": line.finding.form, "filed": filed, "due": due}
    return _("%(name)s form %(id)s filed %(filed)s, due by %(due)s", **values)


def _padded(line: FindingLine, telling: SentenceTerms) -> object:
    name = telling.name(line.finding.person)
    return _(
        "%(name)s form %(id)s, no call from 5 minutes after it to 60 minutes before it", name=name, id=line.finding.form
    )


def _duplicate(line: FindingLine, telling: SentenceTerms) -> object:
    return _(
        "%(name)s form %(id)s, this call has a form already",
        name=telling.name(line.finding.person),
        id=line.finding.form,
    )


def _incomplete(line: FindingLine, telling: SentenceTerms) -> object:
    lacks = _(", ").join(telling.lacks(line)) or "—"
    return _(
        "%(name)s form %(id)s lacks: %(lacks)s",
        name=telling.name(line.finding.person),
        id=line.finding.form,
        lacks=lacks,
    )


def _wrong_number(line: FindingLine, telling: SentenceTerms) -> object:
    said = str(line.form.fields.get("number") or "") if line.form else ""
    written = ";".join(map(mask, split_numbers(said))) or "—"
    return _(
        "%(name)s form %(id)s says %(number)s",
        name=telling.name(line.finding.person),
        id=line.finding.form,
        number=written,
    )


def _wrong_person(line: FindingLine, telling: SentenceTerms) -> object:
    was = (line.call.person if line.call else None) or (line.pbx.answered_by if line.pbx else None)
    values = {"name": telling.name(line.finding.person), "id": line.finding.form, "other": telling.name(was)}
    return _("%(name)s wrote form %(id)s, on the call was %(other)s", **values)


def _wrong_slot(line: FindingLine, telling: SentenceTerms) -> object:
    slot = line.form.slot_name if line.form else "—"
    return _(
        "%(name)s form %(id)s says slot %(slot)s",
        name=telling.name(line.finding.person),
        id=line.finding.form,
        slot=slot,
    )


def _unlogged(line: FindingLine, telling: SentenceTerms) -> object:
    said = _("the PBX has it and the router has not")
    if line.finding.person:
        said = _("%(name)s answered, the PBX has it and the router has not", name=telling.name(line.finding.person))
    away = next((times for times in telling.blind if _covers(times, line.at)), None)
    if away is None:
        return said
    start, end = (local(moment) for moment in away)
    return _("%(said)s (no link %(start)s–%(end)s)", said=said, start=start, end=end)


def _covers(times: tuple[datetime, datetime | None], at: datetime | None) -> bool:
    start, end = times
    return at is not None and start - SLACK <= at and (end is None or at <= end + SLACK)


def _ghost(_line: FindingLine, _telling: SentenceTerms) -> object:
    return _("the router has it and the PBX has not")


def _display(line: FindingLine, telling: SentenceTerms) -> object:
    slot = telling.slots.get(line.finding.slot)
    if slot is None:
        return ""
    values = {"pbx": slot.counts["pbx"], "display": slot.counts["display"], "by": telling.name(slot.display_by)}
    return _("PBX %(pbx)s, display %(display)s (by %(by)s)", **values)


def _missed(line: FindingLine, telling: SentenceTerms) -> object:
    why = line.call.missed_why if line.call else None
    said = str(words.MISSED.get(why or "", _("nobody answered")))
    if line.called_back is not None:
        when = local(line.called_back.at, "%m-%d %H:%M")
        back = _("called back %(when)s by %(name)s", when=when, name=telling.name(line.called_back.person))
    elif line.is_owed:
        took = how_long(telling.now - line.at if line.at else timedelta())
        back = _("call back owed by %(name)s, for %(took)s", name=telling.name(line.owed_by), took=took)
    elif not line.number:
        back = _("number withheld, no call back")
    else:
        back = _("not called back")
    return _("%(why)s, %(back)s", why=said, back=back)


SENTENCES: Mapping[str, Callable[[FindingLine, SentenceTerms], object]] = {
    "missing_form": _missing,
    "late_form": _late,
    "padded_form": _padded,
    "duplicate_form": _duplicate,
    "incomplete_form": _incomplete,
    "wrong_number": _wrong_number,
    "wrong_consultant": _wrong_person,
    "wrong_slot": _wrong_slot,
    "unlogged_call": _unlogged,
    "ghost_call": _ghost,
    "display_mismatch": _display,
    "missed_call": _missed,
}
