"""Paired devices. May live here: asking with a one-time code, being let in, being looked up, being put out."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from router.errors import RequestError
from router.store.people.sessions import digest_of
from router.store.scope import SITE_ID
from router.store.tables.devices import KINDS, DeviceRow
from router.texts import _

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another one
CODE_LENGTH = 8
CODE_LIVES = timedelta(minutes=10)
MOST_ASKING = 20  # devices that wait to be let in


class DeviceError(RequestError):
    """A device that can't be paired."""

    id = "device"


def ask_to_pair(session: Session, *, now: datetime, address: str, browser: str) -> tuple[str, str]:
    """A device asks: what its browser is to keep, and the code that it shows. The caller commits."""
    old = (DeviceRow.site_id == SITE_ID, DeviceRow.approved_at.is_(None), DeviceRow.asked_at < now - CODE_LIVES)
    session.execute(delete(DeviceRow).where(*old))
    if len(asking(session, now)) >= MOST_ASKING:
        raise DeviceError(_("too many devices ask at once"), cure=_("try again in ten minutes"))
    secret = secrets.token_urlsafe(32)
    code = "".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH))
    row = DeviceRow(site_id=SITE_ID, digest=digest_of(secret), code_digest=digest_of(code), asked_at=now)
    row.asked_from, row.browser = address, browser
    session.add(row)
    session.flush()
    return secret, code


def asking(session: Session, now: datetime) -> Sequence[DeviceRow]:
    """Those that wait to be let in, with a code that still counts."""
    wanted = (DeviceRow.approved_at.is_(None), DeviceRow.asked_at >= now - CODE_LIVES)
    return session.scalars(select(DeviceRow).where(*wanted).order_by(DeviceRow.id)).all()


def let_in(session: Session, code: str, *, name: str, kind: str, by: str, now: datetime) -> DeviceRow:
    """Let the device in that shows this code, once; the caller commits. Raises `DeviceError`."""
    code, name = "".join(code.upper().split()).replace("-", ""), name.strip()
    if kind not in KINDS or not name:
        raise DeviceError(_("a device needs a name, and is a wall screen or a tablet"), cure=_("name it by its place"))
    wanted = (
        DeviceRow.site_id == SITE_ID,
        DeviceRow.code_digest == digest_of(code),
        DeviceRow.approved_at.is_(None),
        DeviceRow.asked_at >= now - CODE_LIVES,
    )
    values = {"approved_at": now, "approved_by": by, "name": name, "kind": kind, "code_digest": ""}
    done = session.execute(update(DeviceRow).where(*wanted).values(values).returning(DeviceRow.id)).scalars().all()
    if not done:
        raise DeviceError(_("no device shows that code now"), cure=_("codes live ten minutes: have a new one shown"))
    return session.get_one(DeviceRow, done[0], populate_existing=True)


def put_out(session: Session, device_id: int, *, by: str, now: datetime) -> DeviceRow:
    """Take a device's rights back at once; the caller commits. Raises `DeviceError`."""
    row = session.get(DeviceRow, device_id)
    if row is None or row.approved_at is None or row.revoked_at is not None:
        raise DeviceError(_("that device is not paired"), cure=_("look at the list"))
    row.revoked_at, row.revoked_by = now, by
    return row


def paired(session: Session) -> Sequence[DeviceRow]:
    """Those that were let in, also ones put out since; newest first."""
    wanted = select(DeviceRow).where(DeviceRow.approved_at.is_not(None))
    return session.scalars(wanted.order_by(DeviceRow.revoked_at.is_not(None), DeviceRow.id.desc())).all()


def device_with(session: Session, secret: str) -> DeviceRow | None:
    """The device whose browser keeps this, if it is let in."""
    wanted = (DeviceRow.digest == digest_of(secret), DeviceRow.approved_at.is_not(None), DeviceRow.revoked_at.is_(None))
    return session.scalars(select(DeviceRow).where(*wanted)).one_or_none()


def standing_devices(session: Session) -> frozenset[tuple[str, str]]:
    """Mark and digest of each that is let in, as `standing_sessions` gives people's."""
    wanted = (DeviceRow.approved_at.is_not(None), DeviceRow.revoked_at.is_(None))
    rows = session.execute(select(DeviceRow.id, DeviceRow.digest).where(*wanted))
    return frozenset((mark_of(device_id), digest) for device_id, digest in rows)


def note_devices_seen(session: Session, digests: Collection[str], now: datetime) -> None:
    """These are in use; the caller commits."""
    wanted = (DeviceRow.site_id == SITE_ID, DeviceRow.digest.in_(digests))
    session.execute(update(DeviceRow).where(*wanted).values(seen_at=now))


def mark_of(device_id: int) -> str:
    """How streams know a device."""
    return f"device-{device_id}"
