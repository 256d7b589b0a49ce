"""The private Asterisk of a site. May live here: making it from a place."""

from __future__ import annotations

import dataclasses

from router.cli.settings import Place
from router.telephony.private.binary import AsteriskBinary
from router.telephony.private.from_site import settings_for
from router.telephony.private.instance import PrivateAsterisk


def private_asterisk(place: Place, binary: AsteriskBinary) -> PrivateAsterisk:
    """The site's own Asterisk, not started yet."""
    settings = dataclasses.replace(settings_for(place.site, place.folder.secret), stage=place.stage)
    return PrivateAsterisk(binary, place.folder.asterisk, settings)
