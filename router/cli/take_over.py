"""A running service takes over what was changed. May live here: telling its parts, and what they said."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from router.cli.asterisk import private_asterisk
from router.cli.settings import Place
from router.cli.site_texts import said
from router.config.changes import Difference
from router.config.model import PbxMode
from router.engine.socket import EngineClient, EngineUnreachableError
from router.errors import HotlineError
from router.telephony.private.find import find_asterisk

PAGES_READ_AT_START = ("site.zone", "site.language")
ASTERISK_IS_TOLD = ("consultant", "hotline", "site")  # tables that its configuration is made of


def have_taken_over(place: Place, changed: Collection[Difference]) -> Iterator[str]:
    """Tell the running parts, Asterisk first; yields what became of it, and exactly what needs a new start."""
    language = place.site.site.language
    engine = EngineClient(place.folder.socket)
    try:
        engine.board()
    except EngineUnreachableError:
        yield said("not-running", language)
        return
    if any(one.path[0] in ASTERISK_IS_TOLD for one in changed):
        yield from _asterisk(place)
    try:
        engine.reread()
        yield said("taken", language)
    except HotlineError as error:
        yield said("not-taken", language).format(why=error.message)
    keys = [one.key for one in changed if one.key in PAGES_READ_AT_START]
    if keys:
        yield said("web-restart", language).format(keys=", ".join(keys))


def _asterisk(place: Place) -> Iterator[str]:
    language = place.site.site.language
    if place.site.pbx.mode is not PbxMode.PRIVATE:
        yield said("existing", language)
        return
    try:
        binary = find_asterisk()
        private = private_asterisk(place, binary) if binary else None
        if private is None or private.pid is None:
            return  # it reads its configuration when it starts
        restart = private.reload()
    except HotlineError as error:
        yield said("asterisk-failed", language).format(why=error.message)
        return
    yield said("asterisk", language)
    if restart:
        yield said("asterisk-restart", language).format(files=", ".join(sorted(restart)))
