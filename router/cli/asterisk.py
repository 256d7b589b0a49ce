"""The private Asterisk of a site. May live here: making it from a place, and having a running one follow the office."""

from __future__ import annotations

import dataclasses

from router.cli.settings import Place
from router.config.model import PbxMode
from router.errors import HotlineError
from router.telephony.private.binary import AsteriskBinary
from router.telephony.private.find import find_asterisk
from router.telephony.private.from_site import settings_for
from router.telephony.private.instance import PrivateAsterisk


def private_asterisk(place: Place, binary: AsteriskBinary) -> PrivateAsterisk:
    """The site's own Asterisk, not started yet."""
    settings = dataclasses.replace(settings_for(place.site, place.folder.secret), stage=place.stage)
    return PrivateAsterisk(binary, place.folder.asterisk, settings)


def asterisk_follows(before: Place, now: Place) -> list[str]:
    """Have a running private Asterisk read what changed, with calls going on; returns what needs a new start.

    An existing PBX is its technician's: extensions and numbers are changed there, too.
    """
    if now.site.pbx.mode is not PbxMode.PRIVATE:
        return []
    try:
        if settings_for(before.site, before.folder.secret) == settings_for(now.site, now.folder.secret):
            return []
        binary = find_asterisk()
        private = private_asterisk(now, binary) if binary else None
        if private is None or private.pid is None:
            return []  # it reads its configuration when it starts
        return [f"Asterisk: {name}" for name in sorted(private.reload())]
    except (HotlineError, OSError) as error:
        return [f"Asterisk: {error}"]
