"""DOMAIN 6 read word by word and tried pair by pair: slow, plain, and written apart from `router.reconcile`.

May live here: this second reading only. Property tests compare the two; it takes the same records and shares no code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from router.reconcile.rows import FormRecord, Judging, PbxRecord, RouterRecord, Sources

FindingTuple = tuple[str, str, str, str, str]  # kind, slot, person, call, form


@dataclass
class OracleCall:
    """One call while it is put together."""

    id: str
    ids: list[str]
    arrived: datetime
    number: str
    answered: bool
    end: datetime | None
    person: str
    talked: set[str]
    pbx: bool
    router: bool
    own: FormRecord | None = None
    seconds: list[FormRecord] = field(default_factory=list)


def edit_distance(a: str, b: str) -> int:
    """The textbook's table."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (x != y)))
        row = new
    return row[-1]


def pbx_calls(rows: tuple[PbxRecord, ...]) -> list[OracleCall]:
    groups: dict[object, list[PbxRecord]] = {}
    for row in rows:
        groups.setdefault(("id", row.call_id) if row.call_id else ("row", row.row), []).append(row)
    calls = []
    for group in groups.values():
        by_start = sorted(group, key=lambda r: r.started_at)
        answered = sorted((r for r in by_start if r.answered_at is not None), key=lambda r: str(r.answered_at))
        ends = [r.ended_at for r in group if r.ended_at is not None]
        numbers = [r.number for r in by_start if r.number]
        calls.append(
            OracleCall(
                id=group[0].call_id or group[0].row,
                ids=[group[0].call_id] if group[0].call_id else [],
                arrived=by_start[0].started_at,
                number=numbers[0] if numbers else "",
                answered=bool(answered),
                end=max(ends) if ends else None,
                person=answered[0].answered_by if answered else "",
                talked={r.answered_by for r in answered} - {""},
                pbx=True,
                router=False,
            )
        )
    return calls


def join(sources: Sources) -> list[OracleCall]:
    pbx, routers = pbx_calls(sources.pbx), list(sources.calls)
    pairs: list[tuple[OracleCall, RouterRecord]] = []
    for router in routers:
        pairs += [(call, router) for call in pbx if router.call_id and router.call_id in call.ids]
    while True:
        free_pbx = [c for c in pbx if not any(c is a for a, _ in pairs)]
        free_router = [r for r in routers if not any(r is b for _, b in pairs)]
        possible = [
            (abs(c.arrived - r.arrived_at), c.arrived, r.arrived_at, c.id, r.call_id or r.row, c, r)
            for c in free_pbx
            for r in free_router
            if c.number and c.number == r.number and abs(c.arrived - r.arrived_at) <= timedelta(seconds=30)
        ]
        if not possible:
            break
        best = min(possible, key=lambda p: p[:5])
        pairs.append((best[5], best[6]))
    calls = [c for c in pbx if not any(c is a for a, _ in pairs)]
    for router in routers:
        partner = next((c for c, r in pairs if r is router), None)
        answered = router.answered_at is not None
        ids = [i for i in [router.call_id, *(partner.ids if partner else [])] if i]
        person = router.consultant or (partner.person if partner else "")
        talked = ({person} | (partner.talked if partner else set())) - {""}
        calls.append(
            OracleCall(
                id=ids[0] if ids else router.row,
                ids=ids,
                arrived=router.arrived_at,
                number=router.number or (partner.number if partner else ""),
                answered=answered,
                end=router.ended_at or (partner.end if partner else None),
                person=person if answered else "",
                talked=talked if answered else set(),
                pbx=partner is not None,
                router=True,
            )
        )
    return calls


def fits(step: int, call: OracleCall, form: FormRecord) -> bool:
    same_number = call.number != "" and call.number in form.numbers
    same_consultant = form.consultant != "" and form.consultant in call.talked
    if step == 1:
        return same_number and same_consultant
    if step == 2:
        return same_number
    if step == 3:
        if not same_consultant or not call.number or not form.numbers or same_number:
            return False
        return min(edit_distance(call.number.lstrip("+"), n.lstrip("+")) for n in form.numbers) in (1, 2)
    return same_consultant and (not call.number or not form.numbers)


def in_time(call: OracleCall, form: FormRecord) -> bool:
    taken = form.taken_at or form.filed_at
    return taken is not None and timedelta(minutes=-5) <= taken - call.arrived <= timedelta(minutes=60)


def closeness(call: OracleCall, form: FormRecord) -> tuple[object, ...]:
    taken = form.taken_at or form.filed_at
    assert taken is not None
    return (abs(taken - call.arrived), call.arrived, taken, call.id, form.form_id)


def attach(calls: list[OracleCall], forms: list[FormRecord]) -> list[FormRecord]:
    """Give the forms their calls; returns the padded ones."""
    padded, loose = [], []
    for form in forms:
        named = [c for c in calls if form.call_id and form.call_id in c.ids]
        if not named:
            loose.append(form)
        elif named[0].answered:
            named[0].seconds.append(form)
        else:
            padded.append(form)
    for call in calls:
        call.seconds.sort(key=lambda f: (f.filed_at is None, str(f.filed_at), f.form_id))
        call.own = call.seconds.pop(0) if call.seconds else None
    for step in (1, 2, 3, 4):
        while True:
            possible = [
                (c, f)
                for c in calls
                if c.answered and c.own is None
                for f in loose
                if in_time(c, f) and fits(step, c, f)
            ]
            if not possible:
                break
            call, form = min(possible, key=lambda p: closeness(*p))
            call.own = form
            loose.remove(form)
    for form in loose:
        same = [c for c in calls if c.answered and in_time(c, form) and fits(1, c, form)]
        if same:
            min(same, key=lambda c: closeness(c, form)).seconds.append(form)
        else:
            padded.append(form)
    return padded


def slot_at(sources: Sources, terms: Judging, moment: datetime) -> str:
    local = moment.astimezone(terms.zone).strftime("%H:%M")
    for slot in sources.slots:
        start, end = (f"{m // 60:02}:{m % 60:02}" for m in (slot.start_minute, slot.end_minute))
        if start <= local < end:
            return slot.name
    return "closed"


def findings(sources: Sources, terms: Judging) -> list[FindingTuple]:
    """Everything of R25, sorted as text (the order is tested elsewhere)."""
    calls = join(sources)
    padded = attach(calls, [f for f in sources.forms if not (f.filed_at and f.filed_at > terms.now)])

    def today(moment: datetime) -> bool:
        return moment.astimezone(terms.zone).date() == terms.day

    pbx_today = any(today(row.started_at) for row in sources.pbx)
    found: list[FindingTuple] = []
    count: dict[str, int] = {}
    for call in calls:
        if today(call.arrived):
            slot = slot_at(sources, terms, call.arrived)
            count[slot] = count.get(slot, 0) + call.pbx
            found += of_call(call, slot, terms, pbx_today) + of_its_forms(call, slot, terms)
    for form in padded:
        taken = form.taken_at or form.filed_at
        if taken is None or today(taken):
            slot = form.slot or (slot_at(sources, terms, taken) if taken else "closed")
            found += [("padded_form", slot, form.consultant, "", form.form_id), *incomplete(form, slot, "")]
    shown = sources.displays.items() if pbx_today else ()
    found += [("display_mismatch", slot, "", "", "") for slot, number in shown if number != count.get(slot, 0)]
    return sorted(found)


def of_call(call: OracleCall, slot: str, terms: Judging, pbx_today: bool) -> list[FindingTuple]:
    found: list[FindingTuple] = []
    if not call.answered:
        found.append(("missed_call", slot, "", call.id, ""))
    over = call.end is not None and terms.now - call.end > timedelta(minutes=terms.form_minutes)
    if call.answered and call.own is None and over:
        found.append(("missing_form", slot, call.person, call.id, ""))
    if not call.router:
        found.append(("unlogged_call", slot, call.person, call.id, ""))
    if not call.pbx and pbx_today:
        found.append(("ghost_call", slot, "", call.id, ""))
    return found


def of_its_forms(call: OracleCall, slot: str, terms: Judging) -> list[FindingTuple]:
    found: list[FindingTuple] = []
    for form in call.seconds:
        found += [("duplicate_form", slot, form.consultant, call.id, form.form_id), *incomplete(form, slot, call.id)]
    own = call.own
    if own is None:
        return found
    about = (slot, own.consultant, call.id, own.form_id)
    if own.filed_at and call.end and own.filed_at - call.end > timedelta(minutes=terms.form_minutes):
        found.append(("late_form", *about))
    if own.numbers and call.number and call.number not in own.numbers:
        found.append(("wrong_number", *about))
    if own.consultant and call.talked and own.consultant not in call.talked:
        found.append(("wrong_consultant", *about))
    if own.slot and own.slot != slot:
        found.append(("wrong_slot", *about))
    return found + incomplete(own, slot, call.id)


def incomplete(form: FormRecord, slot: str, call: str) -> list[FindingTuple]:
    if form.kind in ("", "purchase") and form.lacks:
        return [("incomplete_form", slot, form.consultant, call, form.form_id)]
    return []
