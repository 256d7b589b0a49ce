"""Contacts that nobody wrote down: a consultant rang a customer from the office, and they spoke (R16.2, R15).

May live here: finding such calls in the PBX's records and telling the desk, which knows whether they count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from router.core.inputs import Contacted
from router.core.words import Number, PersonId
from router.desk_client.forms import TellsDesk
from router.errors import HotlineError
from router.logs import logger, state
from router.reconcile.night import Night
from router.store.customers.callbacks import CallOut, calls_out_to_customers
from router.wire.errors import RefusedError

log = logger(__name__)

BACK = timedelta(hours=12)  # a contact counts from when it is told: what is older would lengthen an ownership
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenContacts:
    """The job: read the PBX's records and tell the desk of each answered call to a customer in them, once.

    A call back that was made is one of them: the desk settles what is owed to the number.
    """

    night: Night
    desk: TellsDesk
    people: Callable[[], set[str]]
    name: str = "contacts"
    _told: set[str] = field(default_factory=set)

    def look(self) -> bool:
        """One look; False if records or engine could not be had."""
        if self.night.read_records is None:
            return True
        try:
            self.night.read_records()
            for call in self.found():
                self._tell(call)
        except HotlineError as error:
            log.warning("contacts not looked at", why=error)
            return False
        return True

    def found(self) -> list[CallOut]:
        """Answered calls out to customers by somebody we know, which this process has not told yet."""
        known = self.people()
        with Session(self.night.database) as session:
            calls = calls_out_to_customers(session, self.night.clock() - BACK)
        return [call for call in calls if call.person in known and _key(call) not in self._told]

    def _tell(self, call: CallOut) -> None:
        told = Contacted(number=Number(call.number), person=PersonId(call.person))
        try:
            self.desk.tell(told, source="pbx-records", key=_key(call), facts={"how": "call"})
        except RefusedError as error:
            log.info("contact refused", row=call.row_id, why=error)
        if len(self._told) >= MOST_REMEMBERED:
            self._told.clear()  # the key keeps the desk from taking one twice
        self._told.add(_key(call))
        state(log, "seen", "told", of="contact", row=call.row_id, person=call.person)


def _key(call: CallOut) -> str:
    return f"called-out:{call.row_id}:{call.at.isoformat()}"
