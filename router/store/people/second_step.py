"""The second step of signing in: a code of an app, or one of ten codes on paper. May live here: keeping and using them.

A code is used once: its time step is taken by compare-and-set, so that of two who send the same code at once one is
refused. Where the machine's clock was set back, steps that lie ahead count as never used.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from passlib.totp import TOTP, TokenError
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from router.store.tables.users import User

CODES = 10
AHEAD = 3  # time steps: more lie in no app's clock


class Sealer:
    """Apps' secrets as the database keeps them: sealed by a key that is not in it."""

    def __init__(self, key: str, issuer: str) -> None:
        self._factory = TOTP.using(issuer=issuer.replace(":", " "), secrets={"1": key})

    def new(self) -> tuple[str, str]:
        """A new secret: sealed, and as a person types it."""
        made = self._factory.new()
        return made.to_json(), made.pretty_key()

    def address(self, sealed: str, name: str) -> str:
        """What a QR code says to an app."""
        text: str = self._factory.from_source(sealed).to_uri(label=name.replace(":", " "))
        return text

    def readable(self, sealed: str) -> str:
        """The secret as a person types it."""
        text: str = self._factory.from_source(sealed).pretty_key()
        return text

    def step_of(self, sealed: str, code: str, now: datetime) -> int | None:
        """The time step whose code it is, 30 s early or late; None for any other."""
        try:
            found = self._factory.verify(code.replace(" ", ""), sealed, time=int(now.timestamp()), window=30)
        except (TokenError, ValueError):
            return None
        return int(found.counter)


def enrol(session: Session, user: User, sealed: str, step: int) -> list[str]:
    """Ask for a second step from now on; the codes for paper, to be shown once. The caller commits."""
    codes = ["-".join(secrets.token_hex(2) for _part in range(4)) for _code in range(CODES)]
    user.tf_totp_secret, user.totp_counter, user.tf_primary_method = sealed, step, "app"
    user.mf_recovery_codes = [_digest(code) for code in codes]
    session.flush()
    return codes


def forget(user: User) -> None:
    """Ask for none any more; the caller commits."""
    user.tf_totp_secret = user.tf_primary_method = user.mf_recovery_codes = None


def take_step(session: Session, user: User, step: int, now: datetime) -> bool:
    """Use a code's time step up; False where it was used already. The caller commits."""
    now_step = int(now.timestamp()) // 30
    fresh = or_(User.totp_counter < step, User.totp_counter > now_step + AHEAD)
    wanted = update(User).where(User.id == user.id, fresh).values(totp_counter=step)
    return bool(session.execute(wanted.returning(User.id).execution_options(synchronize_session=False)).all())


def take_paper_code(session: Session, user: User, code: str) -> bool:
    """Use a code on paper up; False where it is none of theirs, or was used. The caller commits."""
    lock = update(User).where(User.id == user.id).values(totp_counter=User.totp_counter)  # so that two at once are two
    session.execute(lock.execution_options(synchronize_session=False))
    session.refresh(user)
    before, wanted = list(user.mf_recovery_codes or ()), _digest(code)
    if wanted not in before:
        return False
    user.mf_recovery_codes = [one for one in before if one != wanted]
    session.flush()
    return True


def _digest(code: str) -> str:
    """A code is 64 bits of chance: a plain digest is enough."""
    return hashlib.sha256("".join(code.lower().split()).replace("-", "").encode()).hexdigest()
