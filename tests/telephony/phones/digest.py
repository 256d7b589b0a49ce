"""Digest authentication (RFC 2617, 8760): MD5 with qop auth or without, as an account's password is proved.

May live here: a challenge in, an Authorization header out.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from tests.telephony.phones.messages import Header, Message, token

CHALLENGES = {401: ("www-authenticate", "authorization"), 407: ("proxy-authenticate", "proxy-authorization")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An account's name and password."""

    user: str
    secret: str = field(repr=False)


def authorization(challenged: Message, account: Credentials, method: str, uri: str) -> Header | None:
    """The header that answers a 401 or 407; None where it has no MD5 challenge."""
    asked, answered = CHALLENGES[challenged.status]
    for challenge in challenged.all(asked):
        words = {name.lower(): quoted or plain for name, quoted, plain in re.findall(WORD, challenge)}
        if challenge.lower().startswith("digest") and words.get("algorithm", "MD5").upper() == "MD5":
            return answered, _answer(words, account, method, uri)
    return None


WORD = r'(\w+)\s*=\s*(?:"([^"]*)"|([^",\s]+))'


def _answer(words: dict[str, str], account: Credentials, method: str, uri: str) -> str:
    realm, nonce = words["realm"], words["nonce"]
    first, second = _md5(f"{account.user}:{realm}:{account.secret}"), _md5(f"{method}:{uri}")
    answer = f'Digest username="{account.user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "auth" in [one.strip() for one in words.get("qop", "").split(",")]:
        cnonce = token()  # each nonce is used once, so the count is always 1
        proof = _md5(f"{first}:{nonce}:00000001:{cnonce}:auth:{second}")
        answer += f', qop=auth, nc=00000001, cnonce="{cnonce}"'
    else:
        proof = _md5(f"{first}:{nonce}:{second}")
    answer += f', response="{proof}"'
    return answer + (f', opaque="{words["opaque"]}"' if "opaque" in words else "")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
