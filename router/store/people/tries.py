"""Sign-ins that failed, and how long the next one has to wait. May live here: counting them.

A try is counted before the password is looked at, so that a hundred at once are a hundred, and given back when it was
right. Each further failure doubles the wait up to a bound, and failures are forgotten one by one: who guesses gets
nowhere, and nobody is locked out for ever. The wait is counted from the last try by its own length, so that a clock
that is set neither opens nor closes the door for longer.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from router.store.database import insert_once
from router.store.scope import SITE_ID
from router.store.tables.sessions import SessionRow, TriedRow
from router.store.tables.users import User

KEPT = timedelta(days=1)
ADDRESS_KNOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """So many failures are free; the next waits `first`, each further one twice as long, none longer than `longest`."""

    free: int
    first: timedelta
    longest: timedelta
    forgotten_each: timedelta  # one failure less

    def wait_after(self, failures: int) -> timedelta:
        """How long nobody may try after so many failures."""
        if failures < self.free:
            return timedelta()
        return min(self.longest, self.first * float(2 ** min(failures - self.free, 16)))


OF_NAME_AND_ADDRESS = Patience(
    free=8, first=timedelta(seconds=30), longest=timedelta(minutes=15), forgotten_each=timedelta(minutes=10)
)
OF_ADDRESS = Patience(  # a whole office behind one router
    free=40, first=timedelta(seconds=10), longest=timedelta(minutes=5), forgotten_each=timedelta(minutes=1)
)
OF_NAME = Patience(  # from anywhere; an address from which this account has signed in before is not held up by it
    free=40, first=timedelta(seconds=10), longest=timedelta(minutes=5), forgotten_each=timedelta(minutes=2)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What a try to sign in is counted by: keys with their patience, and which of them are the name's."""

    keys: Mapping[str, Patience]
    of_name: str
    named: frozenset[str]


def try_of(session: Session, name: str, address: str, *, secret: str, now: datetime) -> Try:
    """A try under a name from an address; a name nobody has is counted like any other."""
    name, net = name.strip().casefold(), _net(address)
    pair = _key(secret, "name-and-address", name, net)
    keys = {pair: OF_NAME_AND_ADDRESS, _key(secret, "address", net): OF_ADDRESS}
    of_name = _key(secret, "name", name)
    if not _is_known(session, name, address, now):
        keys[of_name] = OF_NAME
    return Try(keys=keys, of_name=of_name, named=frozenset({pair, of_name}))


def begin_try(session: Session, one: Try, now: datetime) -> timedelta:
    """Count a try, and commit; where it comes too soon it is not counted: how long still."""
    for key in one.keys:  # the first statement takes SQLite's one lock for writing: two at once are counted as two
        of_name = one.of_name if key in one.named else ""
        new = {"site_id": SITE_ID, "key": key, "of_name": of_name, "failures": 0, "last_at": now}
        session.execute(insert_once(session, TriedRow).values(new).on_conflict_do_nothing())
    wanted = select(TriedRow).where(TriedRow.key.in_(sorted(one.keys))).order_by(TriedRow.key).with_for_update()
    rows = session.scalars(wanted.execution_options(populate_existing=True)).all()
    for row in rows:
        row.last_at = min(row.last_at, now)  # the clock was set back: nobody waits for it to catch up
    wait = max(one.keys[row.key].wait_after(row.failures) - (now - row.last_at) for row in rows)
    if wait <= timedelta():
        for row in rows:
            forgotten = int((now - row.last_at) / one.keys[row.key].forgotten_each)
            row.failures, row.last_at = max(0, row.failures - forgotten) + 1, now
        session.execute(delete(TriedRow).where(TriedRow.last_at < now - KEPT))
    session.commit()
    return max(wait, timedelta())


def was_right(session: Session, one: Try) -> None:
    """The try was right: not counted, nor what failed before it under that name from there. The caller commits."""
    for row in session.scalars(select(TriedRow).where(TriedRow.key.in_(sorted(one.keys)))):
        row.failures = 0 if one.keys[row.key] is OF_NAME_AND_ADDRESS else max(0, row.failures - 1)


def forget_tries(session: Session, name: str, *, secret: str) -> None:
    """Let somebody try again at once, from anywhere; the caller commits."""
    of_name = _key(secret, "name", name.strip().casefold())
    session.execute(delete(TriedRow).where(TriedRow.of_name == of_name))


def _is_known(session: Session, name: str, address: str, now: datetime) -> bool:
    wanted = (
        func.lower(User.username) == name,
        SessionRow.address == address,
        SessionRow.began_at > now - ADDRESS_KNOWN,
    )
    return session.scalars(select(SessionRow.id).join(SessionRow.user).where(*wanted).limit(1)).first() is not None


def _key(secret: str, *parts: str) -> str:
    """Names that people typed may be passwords: nobody reads them back from here."""
    return hmac.new(secret.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def _net(address: str) -> str:
    """Who has one IPv6 address has all of its /64."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(known.packed[:8].hex()) if isinstance(known, IPv6Address) and not known.ipv4_mapped else address
