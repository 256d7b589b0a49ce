"""What was found (R25), and the counts of each slot.

May live here: judging joined calls and matched forms; no reading, no writing. `reconcile` is the work on one date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from router.errors import RequestError
from router.reconcile.collector import collector_paused
from router.reconcile.join import JoinedCall, join
from router.reconcile.match import Matching, match
from router.reconcile.rows import CLOSED, DaySlot, FormRecord, Judging, Sources
from router.texts import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing for the supervisor; empty where there is no person, call or form."""

    kind: str
    slot: str
    person: str = ""
    call: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotCount:
    """The counts of one slot; `display` is None without a count."""

    slot: str
    pbx: int
    display: int | None
    router: int
    answered: int
    missed: int
    forms: int
    valid_forms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result for one date: slots by start (`closed` last), findings by slot, kind, call, form, person.

    `filed` names the date's calls that have their own form by now: so a missing form is seen to have come.
    """

    date: str
    slots: tuple[SlotCount, ...]
    findings: tuple[Finding, ...]
    filed: frozenset[str] = frozenset()

    def of_slot(self, name: str) -> Report:
        """One slot of it; raises `RequestError` where the date has none of that name."""
        slots = tuple(count for count in self.slots if count.slot == name)
        if not slots:
            known = ", ".join(count.slot for count in self.slots)
            raise RequestError(
                _("%(date)s has no slot %(name)s", date=self.date, name=f"{name!r}"),
                cure=_("its slots: %(known)s", known=known),
            )
        findings = tuple(finding for finding in self.findings if finding.slot == name)
        return replace(self, slots=slots, findings=findings)


def reconcile(sources: Sources, terms: Judging) -> Report:
    """Reconcile one date. Rows of other dates take part in joining and matching, and are not reported."""
    with collector_paused():
        forms = [form for form in sources.forms if form.filed_at is None or form.filed_at <= terms.now]
        calls = join(sources.pbx, sources.calls)
        return _Day(sources, terms, calls, forms, match(calls, forms)).report()


class _Clock:
    """Which date and slot a moment lies in, in the site's zone."""

    def __init__(self, slots: Iterable[DaySlot], terms: Judging) -> None:
        self._zone, self._day = terms.zone, terms.day
        self._slots = tuple(slots)

    def on_the_day(self, moment: datetime) -> bool:
        return moment.astimezone(self._zone).date() == self._day

    def slot(self, moment: datetime) -> str:
        local = moment.astimezone(self._zone)
        minute = local.hour * 60 + local.minute
        return next((slot.name for slot in self._slots if slot.start_minute <= minute < slot.end_minute), CLOSED)


class _Day:
    """One date while it is judged: its calls and forms with their slots, then findings and counts from them."""

    def __init__(
        self, sources: Sources, terms: Judging, calls: list[JoinedCall], forms: list[FormRecord], matching: Matching
    ) -> None:
        self.sources, self.terms, self.matching = sources, terms, matching
        self.clock = _Clock(sources.slots, terms)
        self.limit = timedelta(minutes=terms.form_minutes)
        self.pbx_wrote = any(self.clock.on_the_day(row.started_at) for row in sources.pbx)
        self.calls = {i: call for i, call in enumerate(calls) if self.clock.on_the_day(call.arrived_at)}
        self.call_slot = {i: self.clock.slot(call.arrived_at) for i, call in self.calls.items()}
        self.forms = {i: form for i, form in enumerate(forms) if self.is_reported(i, form)}
        self.form_slot = {i: self.slot_of_form(i, form) for i, form in self.forms.items()}
        self.pbx_count = Counter(self.call_slot[i] for i, call in self.calls.items() if call.in_pbx)

    def is_reported(self, index: int, form: FormRecord) -> bool:
        """A form has the date of its call, else of `taken_at`; with neither it stands in the day at hand (R24)."""
        call = self.matching.call_of(index)
        if call is not None:
            return call in self.calls
        return form.when is None or self.clock.on_the_day(form.when)

    def slot_of_form(self, index: int, form: FormRecord) -> str:
        call = self.matching.call_of(index)
        if form.slot:
            return form.slot
        if call is not None:
            return self.call_slot[call]
        return self.clock.slot(form.when) if form.when else CLOSED

    def report(self) -> Report:
        findings = [*self.of_calls(), *self.of_forms(), *self.of_displays()]
        standing = {*self.call_slot.values(), *self.form_slot.values(), *(finding.slot for finding in findings)}
        names = [slot.name for slot in sorted(self.sources.slots, key=lambda slot: slot.start_minute)]
        order = {name: place for place, name in enumerate([*names, CLOSED])}
        if CLOSED in standing:
            names.append(CLOSED)
        findings.sort(key=lambda found: (order[found.slot], found.kind, found.call, found.form, found.person))
        filed = frozenset(call.id for index, call in self.calls.items() if index in self.matching.filled)
        return Report(
            date=self.terms.day.isoformat(),
            slots=tuple(self.counts(names)),
            findings=tuple(findings),
            filed=filed,
        )

    def of_calls(self) -> Iterable[Finding]:
        for index, call in self.calls.items():
            slot = self.call_slot[index]
            if not call.answered:
                yield Finding(kind="missed_call", slot=slot, call=call.id)
            elif index not in self.matching.filled and call.ended_at and self.terms.now - call.ended_at > self.limit:
                yield Finding(kind="missing_form", slot=slot, person=call.person, call=call.id)
            if not call.in_router:
                yield Finding(kind="unlogged_call", slot=slot, person=call.person, call=call.id)
            if not call.in_pbx and self.pbx_wrote:
                yield Finding(kind="ghost_call", slot=slot, call=call.id)

    def of_forms(self) -> Iterable[Finding]:
        for index, form in self.forms.items():
            call = self.matching.call_of(index)
            slot = self.form_slot[index] if call is None else self.call_slot[call]
            name = "" if call is None else self.calls[call].id
            for kind in self.faults(index, form):
                yield Finding(kind=kind, slot=slot, person=form.consultant, call=name, form=form.form_id)

    def faults(self, index: int, form: FormRecord) -> Iterable[str]:
        """The kinds of finding that one form makes."""
        if form.incomplete:
            yield "incomplete_form"
        if index in self.matching.duplicate:
            yield "duplicate_form"
        elif index not in self.matching.own:
            yield "padded_form"
        else:
            yield from self.faults_of_own(form, self.matching.own[index])

    def faults_of_own(self, form: FormRecord, index: int) -> Iterable[str]:
        """What is said of a call's own form only; an empty value disagrees with nothing."""
        call = self.calls[index]
        if form.filed_at and call.ended_at and form.filed_at - call.ended_at > self.limit:
            yield "late_form"
        if call.number and form.numbers and call.number not in form.numbers:
            yield "wrong_number"
        if form.consultant and call.talked and form.consultant not in call.talked:
            yield "wrong_consultant"
        if form.slot and form.slot != self.call_slot[index]:
            yield "wrong_slot"

    def of_displays(self) -> Iterable[Finding]:
        if not self.pbx_wrote:
            return
        for slot, count in self.sources.displays.items():
            if count != self.pbx_count[slot]:
                yield Finding(kind="display_mismatch", slot=slot)

    def counts(self, names: Iterable[str]) -> Iterable[SlotCount]:
        calls = self.calls.items()
        router = Counter(self.call_slot[i] for i, call in calls if call.in_router)
        answered = Counter(self.call_slot[i] for i, call in calls if call.answered)
        missed = Counter(self.call_slot[i] for i, call in calls if not call.answered)
        forms = Counter(self.form_slot.values())
        valid = Counter(self.form_slot[i] for i, f in self.forms.items() if i in self.matching.own and not f.incomplete)
        for name in names:
            yield SlotCount(
                slot=name,
                pbx=self.pbx_count[name],
                display=self.sources.displays.get(name),
                router=router[name],
                answered=answered[name],
                missed=missed[name],
                forms=forms[name],
                valid_forms=valid[name],
            )
