"""A database for the records of an Asterisk under test, and what they say of a call. May live here: that book alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.config.model import Site
from router.store.database import open_database
from router.store.tables.pbx import PbxRow, PbxSourceRow
from router.telephony.records import RecordedCall, RecordsRead, read_records, recorded_calls
from tests.databases import with_a_site
from tests.telephony.phones.people import until

SCENE: dict[str, Any] = {
    "trunk": [
        {"name": "carrier", "match": ["127.0.0.2"]},
        {"name": "mobiles", "match": ["127.0.0.3"], "outgoing": True},
    ],
    "hotline": [{"number": "4008001234", "trunk": "carrier"}],
    "consultant": [
        {"id": "A", "name": "陈晨", "phone": {"account": "101"}},
        {"id": "B", "name": "李丽", "phones": [{"account": "102"}, {"account": "201"}]},
        {"id": "C", "name": "王伟", "phone": {"account": "103"}},
        {"id": "D", "name": "赵敏", "phone": {"account": "104"}},
        {"id": "E", "name": "钱进", "phone": {"mobile": "13900000105", "trunk": "mobiles"}},
        {"id": "F", "name": "孙丽", "phone": {"contact": "sip:f@127.0.0.1:5093"}},
    ],
}
"""The office of tests/telephony/switchboard/scene.py as a site file has it."""


def site_with(**reconcile: object) -> Site:
    """The scene's site, with these settings of `[reconcile]`."""
    return Site.model_validate({**SCENE, "reconcile": reconcile})


class Book:
    """One database, and one source that is read into it."""

    def __init__(
        self,
        folder: Path,
        asterisk: Path | None = None,
        url: str = "",
        site: Site | None = None,
        **reconcile: object,
    ) -> None:
        self.site = site or site_with(**reconcile)
        self.asterisk = asterisk or folder
        self.accounted: set[str] = set()
        self._accounted_to = 0
        self.database = open_database(url or f"sqlite:///{folder / 'book.db'}")
        if url or not (folder / "book.db").exists():
            with_a_site(self.database)

    def read(self) -> RecordsRead:
        """Read what is new."""
        return read_records(self.database, self.site, self.asterisk)

    def rows(self, *, after: int = 0) -> Sequence[PbxRow]:
        """Every row on record, or those that came after one."""
        with Session(self.database) as session:
            wanted = select(PbxRow).where(PbxRow.id > after).order_by(PbxRow.started_at, PbxRow.id)
            return session.scalars(wanted).all()

    def new_rows(self) -> Sequence[PbxRow]:
        """Those that came since the last account: a book of a thousand calls is not read again for each test."""
        return self.rows(after=self._accounted_to)

    def source(self) -> PbxSourceRow:
        """The one source that was read."""
        with Session(self.database) as session:
            return session.scalars(select(PbxSourceRow)).one()

    def calls(self) -> dict[str, RecordedCall]:
        """Uniqueid -> the call as recorded."""
        return {one.call.call_id: one for one in recorded_calls(self.rows())}

    def new_calls(self) -> dict[str, RecordedCall]:
        """Uniqueid -> a call of which something was recorded since the last account."""
        return {one.call.call_id: one for one in recorded_calls(self.new_rows())}

    def account_so_far(self) -> None:
        """What is on record by now belongs to what was before."""
        self.read()
        self.account(self.new_rows())

    def account(self, rows: Sequence[PbxRow]) -> None:
        """These new rows belong to what was before."""
        self.accounted.update(one.call.call_id for one in recorded_calls(rows))
        self.accounted.update(row.call_id for row in rows if row.direction == "out")
        self._accounted_to = max((row.id for row in rows), default=self._accounted_to)

    def waits_for(self, uniqueid: str, within: float = 15) -> RecordedCall:
        """The call, once Asterisk has written it whole (its hangup among it)."""
        return self.waits_for_all([uniqueid], within)[uniqueid]

    def waits_for_all(self, uniqueids: Iterable[str], within: float = 15) -> dict[str, RecordedCall]:
        """The calls, once Asterisk has written each of them whole."""
        wanted, found = set(uniqueids), dict[str, RecordedCall]()

        def are_there() -> bool:
            self.read()
            found.update((name, one) for name, one in self.new_calls().items() if name in wanted and one.call.ended_at)
            return found.keys() == wanted

        until(f"Asterisk's own record of {len(wanted)} calls", are_there, within)
        self.read()
        calls = self.new_calls()
        return {name: calls[name] for name in wanted}

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()
