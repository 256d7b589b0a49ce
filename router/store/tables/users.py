"""Who may sign in, as Flask-Security keeps it. May live here: users, roles, and their pairing."""

# mypy: disable-error-code="assignment"
# Flask-Security types its mixin's fields as plain values; they are columns here, some of which may be null.

from __future__ import annotations

from datetime import datetime

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import BigInteger, Column, ForeignKey, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from router.store.tables.base import Base, Bounded, OfSite

# DESIGN, Web: what each may do is decided in the pages, by these names
ROLES = ("supervisor", "manager", "secretary", "consultant", "administrator")

user_role = Table(
    "user_role",
    Base.metadata,
    Column("user_id", ForeignKey("user.id"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """One of `ROLES`."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Bounded(80), unique=True)
    description: Mapped[str | None] = mapped_column(Bounded(255))
    permissions: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))


class User(OfSite, UserMixin):
    """Somebody who signs in; `person` is the consultant they are, if they are one. Naive times are Flask-Security's."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(default=1)
    username: Mapped[str] = mapped_column(Bounded(255), unique=True)
    email: Mapped[str | None] = mapped_column(Bounded(255), unique=True)
    name: Mapped[str] = mapped_column(Bounded(80), default="")
    person: Mapped[str | None] = mapped_column(Bounded(64))
    password: Mapped[str | None] = mapped_column(Bounded(255))
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    fs_uniquifier: Mapped[str] = mapped_column(Bounded(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(Bounded(64))
    current_login_ip: Mapped[str | None] = mapped_column(Bounded(64))
    login_count: Mapped[int | None]
    tf_primary_method: Mapped[str | None] = mapped_column(Bounded(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(Bounded(255))
    tf_phone_number: Mapped[str | None] = mapped_column(Bounded(128))
    totp_counter: Mapped[int] = mapped_column(BigInteger, default=0)  # the last code's time step: each is used once
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    us_totp_secrets: Mapped[str | None] = mapped_column(Bounded(255))
    us_phone_number: Mapped[str | None] = mapped_column(Bounded(128))

    roles: Mapped[list[Role]] = relationship(secondary=user_role, lazy="joined")
