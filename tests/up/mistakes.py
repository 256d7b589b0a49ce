"""Forms of a played day with known mistakes in them, and what must be found of them (R25).

May live here: the writing, by the product's own door, and the expectation, from what was played and planted alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from router.store.findings.changes import write_display_count
from router.store.forms.changes import Filing, FormWriting, file_form
from router.store.tables.calls import CallRow
from router.store.tables.customers import CustomerRow, NumberRow
from tests.up.day_of_calls import SLOTS, Played
from tests.up.reckoning import Reckoning, per_slot

Finding = tuple[str, ...]  # kind, slot, person, call, form
AT_ONCE, LATE = timedelta(seconds=1), timedelta(seconds=10)  # after the call's end; a form has three seconds
NOBODYS_NUMBER = "02088886666"  # far from every caller's


@dataclass(slots=True, kw_only=True)
class Written:
    """What must come of it: findings, and the counts of each slot."""

    expected: list[Finding] = field(default_factory=list)
    counts: list[dict[str, Any]] = field(default_factory=list)


def write_forms(reckoning: Reckoning) -> Written:
    """File a form for each answered call, with one or two mistakes of each kind among them."""
    office = _Office(reckoning)
    with reckoning.session() as session:
        office.writes(session)
        session.commit()
    return office.written


class _Office:
    """Everybody who writes forms; `written` grows with them."""

    def __init__(self, reckoning: Reckoning) -> None:
        self.reckoning, self.written = reckoning, Written()
        self.calls = sorted(reckoning.day.played, key=lambda call: call.begun_at)
        self.answered = [call for call in self.calls if call.talked and call.number]
        self.rows = {id(call): reckoning.row_of(call) for call in self.calls}
        self.forms, self.valid = Counter[str](), Counter[str]()

    def writes(self, session: Session) -> None:
        """The whole day's writing."""
        self.session = session
        for call in self.calls:
            if not call.talked:
                self._expect("missed_call", call)
            if call.is_unseen:
                self._expect("unlogged_call", call, call.talked[0] if call.talked else "")
        mistakes = (
            self._late,
            self._missing,
            self._incomplete,
            self._number,
            self._consultant,
            self._slot,
            self._twice,
        )
        of_each_slot = {slot: [call for call in self.answered if call.slot == slot] for slot in SLOTS}
        planted = set[int]()
        for slot, seen in of_each_slot.items():
            # some time before the end of the day, so that a form can be late, and missing
            for mistake, call in zip(mistakes, (one for one in seen if not one.is_unseen), strict=False):
                planted.add(id(call))
                mistake(call)
            self._padded(slot)
        for place, call in enumerate(self.answered):
            if id(call) not in planted:
                self._good(call, names_call=place % 2 == 0)
        for call in self.calls:
            if call.talked and not call.number:
                self._good(call, number=NOBODYS_NUMBER, names_call=True)
        self._of_a_missed_call(next(call for call in self.calls if not call.talked and not call.is_unseen))
        self._ghost()
        self._displays()

    # --- forms without a mistake, and with one

    def _good(self, call: Played, *, names_call: bool, number: str = "") -> None:
        self._files(call, names_call=names_call, number=number)
        self._counts(call.slot, valid=True)

    def _late(self, call: Played) -> None:
        form = self._files(call, after=LATE)
        self._counts(call.slot, valid=True)
        self._expect("late_form", call, call.talked[-1], form)

    def _missing(self, call: Played) -> None:
        self._expect("missing_form", call, call.talked[-1])

    def _incomplete(self, call: Played) -> None:
        form = self._files(call, media="", intent="")
        self._counts(call.slot, valid=False)
        self._expect("incomplete_form", call, call.talked[-1], form)

    def _number(self, call: Played) -> None:
        form = self._files(call, number=NOBODYS_NUMBER)
        self._counts(call.slot, valid=True)
        self._expect("wrong_number", call, call.talked[-1], form)

    def _consultant(self, call: Played) -> None:
        other = next(person for person in self.reckoning.service.accounts if person not in call.talked)
        form = self._files(call, by=other)
        self._counts(call.slot, valid=True)
        self._expect("wrong_consultant", call, other, form)

    def _slot(self, call: Played) -> None:
        other = next(slot for slot in SLOTS if slot != call.slot)
        form = self._files(call, slot=other)
        self._counts(other, valid=True)
        self._expect("wrong_slot", call, call.talked[-1], form)

    def _twice(self, call: Played) -> None:
        self._good(call, names_call=True)
        for names_call in (True, False):
            form = self._files(call, names_call=names_call)
            self._counts(call.slot, valid=False)
            self._expect("duplicate_form", call, call.talked[-1], form)

    def _padded(self, slot: str) -> None:
        """Nobody called, and yet there is a form."""
        some = next(call for call in self.calls if call.slot == slot)
        form = self._files(some, by="P02", number="02066668888", names_call=False)
        self._counts(slot, valid=False)
        self.written.expected.append(("padded_form", slot, "P02", "", form))

    def _of_a_missed_call(self, call: Played) -> None:
        """They called, and nobody answered; the form says otherwise."""
        form = self._files(call, by="P03")
        self._counts(call.slot, valid=False)
        self.written.expected.append(("padded_form", call.slot, "P03", "", form))

    # --- what is no form

    def _ghost(self) -> None:
        """A call that Asterisk never saw; it stands in the log as missed."""
        at = self.calls[0].begun_at
        number = NumberRow(
            site_id=1, customer=CustomerRow(site_id=1, known_since=at), journal="t", key=1, number="+862077776666"
        )
        row = CallRow(site_id=1, id="ghost", number=number, arrived_at=at, ended_at=at, missed_why="abandoned")
        self.session.add(row)
        slot = self.calls[0].slot
        self.written.expected += [("ghost_call", slot, "", "ghost", ""), ("missed_call", slot, "", "ghost", "")]

    def _displays(self) -> None:
        """The display counted right in the first slot, and two too many in the second."""
        pbx, now = per_slot(self.calls), datetime.now(UTC)
        unseen, answered = (
            per_slot(call for call in self.calls if call.is_unseen),
            per_slot(call for call in self.calls if call.talked),
        )
        ghosts = Counter([self.calls[0].slot])
        for slot, more in zip(SLOTS, (0, 2), strict=True):
            write_display_count(self.session, self.reckoning.date, slot, pbx[slot] + more, by="zhang", now=now)
            self.written.counts.append(
                {
                    "slot": slot,
                    "pbx": pbx[slot],
                    "display": pbx[slot] + more,
                    "router": pbx[slot] - unseen[slot] + ghosts[slot],
                    "answered": answered[slot],
                    "missed": pbx[slot] - answered[slot] + ghosts[slot],
                    "forms": self.forms[slot],
                    "valid_forms": self.valid[slot],
                }
            )
        self.written.expected.append(("display_mismatch", SLOTS[1], "", "", ""))

    # --- writing

    def _files(
        self,
        call: Played,
        *,
        by: str = "",
        number: str = "",
        slot: str = "",
        after: timedelta = AT_ONCE,
        names_call: bool = True,
        **fields: str,
    ) -> str:
        row = self.rows[id(call)]
        assert row.ended_at is not None
        person = by or call.talked[-1]
        said: Mapping[str, str] = {
            "name": "张先生",
            "number": number or call.number,
            "media": "报纸",
            "intent": "B",
            "appointment": "no",
            **fields,
        }
        filing = Filing(
            call_id=row.id if names_call else None,
            consultant=person,
            kind="purchase",
            fields=said,
            taken_at=row.arrived_at,
            slot_name=slot,
        )
        site = self.reckoning.site
        writing = FormWriting(
            table=site.form,
            people=tuple(self.reckoning.service.accounts),
            zone=site.zone,
            by=person,
            now=row.ended_at + after,
        )
        return str(file_form(self.session, filing, writing).id)

    def _counts(self, slot: str, *, valid: bool) -> None:
        self.forms[slot] += 1
        self.valid[slot] += valid

    def _expect(self, kind: str, call: Played, person: str = "", form: str = "") -> None:
        self.written.expected.append((kind, call.slot, person, self.rows[id(call)].uniqueid, form))
