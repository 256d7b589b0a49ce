"""Which passwords are refused. May live here: that check of a new password, beside its length.

Lists of stolen passwords are of words with a tail, runs of keys, and repetitions; of twelve characters and more nearly
all are built so. They are refused by how they are built, since a list would age here and no request leaves the machine.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask_babel import gettext as _
from flask_security import PasswordUtil

FEWEST_DIFFERENT = 6
COMMON = tuple(
    re.findall(
        r"\w+",
        "password passwort passw0rd contrasena welcome letmein iloveyou admin administrator superman football baseball "
        "princess sunshine dragon monkey master shadow michael charlie trustno changeme secret default hotline router "
        "asterisk consultant supervisor manager secretary woaini mima zhongguo nihao",
    )
)
RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb")
LEET = str.maketrans("013457@$!", "oleastasi")
PART = 4  # so many of a run's keys in a row count as the run


class OfficePasswords(PasswordUtil):
    """Flask-Security's checks and ours."""

    def validate(self, password: str, is_register: bool, **more: Any) -> tuple[list[str] | None, str]:
        """What is wrong with a new password, or nothing; and the password as it is kept."""
        wrong, kept = super().validate(password, is_register, **more)
        user = more.get("user")
        if not wrong and is_common(kept, str(getattr(user, "username", "")), str(getattr(user, "name", ""))):
            wrong = [_("Too easy to guess: a common word, a name of yours, a run of keys or a repetition.")]
        return wrong, kept


def is_common(password: str, *names: str) -> bool:
    """Whether little is left once common words, names and runs of keys are taken out.

    >>> [is_common(text) for text in ("Password1234", "qwertyuiop123", "aaaaaaaaaaaab", "correct horse battery")]
    [True, True, True, False]
    """
    text = "".join(unicodedata.normalize("NFKC", password).casefold().split())
    if len(set(text)) < FEWEST_DIFFERENT:
        return True
    for word in (*COMMON, *(name.casefold() for name in names if len(name) > 2)):
        text = text.replace(word, "").replace(word.translate(LEET), "")
        if word in text.translate(LEET):
            text = text.translate(LEET).replace(word, "")
    return len(set(_without_runs(text))) < FEWEST_DIFFERENT


def _without_runs(text: str) -> str:
    """The text without runs of keys, forwards or backwards, and without a year."""
    for run in (*RUNS, *(run[::-1] for run in RUNS)):
        parts = {run[place : place + PART] for place in range(len(run) - PART + 1)}
        text = re.sub("|".join(f"(?={re.escape(part)})..." for part in parts), "", text)
    return re.sub(r"(19|20)\d\d", "", text)
