"""Telling the desk whose customers are by people's word: imported lists and merges (R16). May live here: that errand.

As with forms, the word is safe in the database first, and a key makes sure that the desk takes it once.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from router.core.inputs import CustomerKnown
from router.core.words import Number, PersonId
from router.desk_client.forms import TellsDesk
from router.logs import logger
from router.store.customers.changes import untold_owners
from router.store.tables.customers import OwnerGivenRow, number_of
from router.wire.errors import RefusedError

log = logger(__name__)
NEWER = "a later contact is on record"


def tell_owners(session: Session, desk: TellsDesk, now: datetime) -> int:
    """Tell the desk every word that it has not heard; returns how many. Commits after each.

    Raises `EngineUnreachableError`: what is untold then stays so. Where calls have gone on meanwhile, and somebody
    spoke with the customer later than the word says, the word is not told: what happened counts.
    """
    told = 0
    for row in untold_owners(session):
        row.refused = "the number was erased" if not row.number.number else NEWER if _is_old(row) else ""
        if not row.refused:
            _tell(row, desk)
            told += not row.refused
        row.told_at = now
        session.commit()
    return told


def _is_old(row: OwnerGivenRow) -> bool:
    contact = row.number.customer.last_contact_at
    return contact is not None and contact > row.last_contact_at


def _tell(row: OwnerGivenRow, desk: TellsDesk) -> None:
    known = CustomerKnown(
        number=Number(number_of(row)),
        owner=PersonId(row.owner),
        last_contact=round(row.last_contact_at.timestamp() * 1000),
    )
    try:
        desk.tell(known, source=f"people:{row.by}"[:32], key=f"owner-{row.id}", facts={"by": row.by})
    except RefusedError as error:
        row.refused = str(error.refusal)[:255]
        log.info("owner refused", row=row.id, why=row.refused)
