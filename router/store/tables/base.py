"""What all tables share. May live here: the declarative base, and the types of times and texts."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, ForeignKey, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {  # one rule for the names of constraints, so that migrations can find them on every database
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC and given back aware; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """To naive UTC, as every database keeps it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value.isoformat()}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """To aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Bounded(TypeDecorator[str]):
    """Text of at most `length` characters: longer ones are cut here and nowhere else, and a NUL is left out.

    PostgreSQL refuses both, and then an event of the journal could not be put on record for a long reason.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(length)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """As the column takes it."""
        return value if value is None else value.replace("\0", "")[: self.length]


class Base(DeclarativeBase):
    """Every table's base."""

    metadata = MetaData(naming_convention=NAMES)


class OfSite(Base):
    """A row of one site: a session sees and changes those of its own site alone (`store.database`)."""

    __abstract__ = True

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
