"""Telling the desk of call backs that it does not know: of calls that came while nobody was there to see them (R15).

They stand on record by the PBX's own records, or came to a journal that is lost. The desk keeps what is owed: only what
it knows can be given to somebody, and be settled by speaking with the number. May live here: that errand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Engine as Database
from sqlalchemy.orm import Session

from router.core.inputs import CallbackOwed
from router.core.words import Number, PersonId
from router.desk_client.forms import TellsDesk
from router.logs import logger
from router.store.customers.callbacks import debts_of_other_journals
from router.store.tables.customers import CallbackRow, number_of
from router.wire.board import OfficeBoard
from router.wire.errors import EngineUnreachableError, RefusedError

log = logger(__name__)
SOURCE = "pbx-records"


class ShowsBoard(TellsDesk, Protocol):
    """The engine, as far as debts need it."""

    def board(self) -> OfficeBoard:
        """The board now, which names the desk's journal; raises a `HotlineError` when the engine is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldDebts:
    """The job: tell the desk each open call back that did not come from its own journal, once."""

    database: Database
    desk: ShowsBoard
    name: str = "debts"
    _told: set[str] = field(default_factory=set)  # by this process; the key keeps the desk from taking one twice

    def look(self) -> bool:
        """One look; always well, since an engine that is away now is asked again at the next."""
        with Session(self.database) as session:
            try:
                journal = self.desk.board().journal
                for row in debts_of_other_journals(session, journal) if journal else ():
                    key = f"owed:{journal}:{row.id}:{row.owed_since:%Y%m%dT%H%M%S}"
                    if key not in self._told:
                        _tell(row, self.desk, key)
                        self._told.add(key)
            except EngineUnreachableError:
                return True
        return True


def _tell(row: CallbackRow, desk: TellsDesk, key: str) -> None:
    person = PersonId(row.person) if row.person else None
    try:
        desk.tell(CallbackOwed(number=Number(number_of(row)), person=person), source=SOURCE, key=key)
        log.info("call back told", row=row.id)
    except RefusedError as error:
        log.info("call back refused", row=row.id, why=error)
