"""Tokens by which programs use the API. May live here: making, finding and revoking them.

Only a digest is kept: who has the database has no token. A token is 256 bits of chance, so that a plain SHA-256 is
enough; its first characters are kept to tell tokens apart in lists.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from router.errors import RequestError
from router.store.scope import SITE_ID
from router.store.tables.tokens import ApiTokenRow
from router.texts import Listing, _

SCOPES = (
    "calls:read",
    "forms:read",
    "forms:write",
    "findings:read",
    "callbacks:read",
    "sheets:read",
    "presence:read",
    "presence:write",
    "numbers",  # whole numbers instead of 138****5678
)
PREFIX = "hotline_"
SHOWN_CHARACTERS = 6
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenError(RequestError):
    """A token that can't be made or found."""

    id = "token"


def make_token(session: Session, *, name: str, scopes: Sequence[str], by: str, now: datetime) -> str:
    """A new token, to be shown once; the caller commits. Raises `TokenError` for scopes that there are not."""
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise TokenError(
            _("no such scope: %(these)s", these=", ".join(sorted(unknown)) or "-"),
            cure=_("choose of %(these)s", these=Listing(SCOPES)),
        )
    text = PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiTokenRow(
            site_id=SITE_ID,
            name=name,
            beginning=text[: len(PREFIX) + SHOWN_CHARACTERS],
            digest=_digest(text),
            scopes=sorted(scopes),
            made_at=now,
            made_by=by,
        )
    )
    session.flush()
    return text


def find_token(session: Session, text: str, now: datetime) -> ApiTokenRow | None:
    """Whose token it is; None for an unknown or revoked one. Its use is noted once a minute; the caller commits."""
    wanted = (ApiTokenRow.digest == _digest(text), ApiTokenRow.revoked_at.is_(None))
    token = session.scalars(select(ApiTokenRow).where(*wanted)).one_or_none()
    if token is not None and (token.used_at is None or now - token.used_at > USE_IS_NOTED_EVERY):
        token.used_at = now
    return token


def all_tokens(session: Session) -> Sequence[ApiTokenRow]:
    """Every token, revoked ones too, oldest first."""
    return session.scalars(select(ApiTokenRow).where(ApiTokenRow.site_id == SITE_ID).order_by(ApiTokenRow.id)).all()


def revoke_token(session: Session, token_id: int, now: datetime) -> ApiTokenRow:
    """Let a token be of no use any more; the caller commits. Raises `TokenError`."""
    token = session.get(ApiTokenRow, token_id)
    if token is None or token.revoked_at is not None:
        raise TokenError(_("there is no token %(token_id)s in use", token_id=token_id), cure=_("hotline token list"))
    token.revoked_at = now
    return token


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
