"""Who saw, took out, brought in or changed what (审计). May live here: that table, and what keeps it as it was written.

Rows are added and never changed: the database itself refuses it, whoever asks. They name people of the office, and
outside parties by id alone, so that erasing somebody has nothing to erase here. A row is no `OfSite`: what a session
does to the rows of its site, this table refuses; who asks names the site.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DDL, Index, event
from sqlalchemy.orm import Mapped, mapped_column

from router.store.tables.base import Base, Bounded, UtcDateTime


class AuditRow(Base):
    """One thing that somebody did, or tried."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_what", "site_id", "what", "at"), Index("ix_audit_about", "site_id", "about"))

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(Bounded(80))  # a user name, a device, a token, who was at a terminal
    what: Mapped[str] = mapped_column(Bounded(24))  # one of `store.people.audit.What`
    about: Mapped[str] = mapped_column(Bounded(200))  # whose, which: a user name, `customer 12`, `forms 2026-11-30`
    address: Mapped[str] = mapped_column(Bounded(64))  # "": at a terminal
    result: Mapped[str] = mapped_column(Bounded(16))
    rows: Mapped[int | None]
    why: Mapped[str] = mapped_column(Bounded(200))


SAYS = "the audit is added to and never changed"
APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        for act in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        f"CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$",
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION audit_stays()",
    ),
}
"""What makes a database refuse to change a row; also for the migration."""

for dialect, statements in APPEND_ONLY.items():
    for statement in statements:
        make = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy has not typed it
        event.listen(AuditRow.__table__, "after_create", make.execute_if(dialect=dialect))
