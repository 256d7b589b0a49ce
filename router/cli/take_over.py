"""A running service takes over what was changed. May live here: telling it, and what it said in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from router.cli.settings import Place
from router.cli.site_texts import said
from router.config.changes import KeyDifference
from router.config.model import PbxMode
from router.desk_client.client import EngineClient
from router.errors import HotlineError
from router.texts import _
from router.wire.errors import EngineUnreachableError

PAGES_READ_AT_START = ("site.zone", "site.language")
PBX_KNOWS = ("consultant", "hotline")  # tables whose change an existing PBX must be told by its technician


def have_taken_over(place: Place, changed: Collection[KeyDifference]) -> Iterator[str]:
    """Tell the running service; yields what became of it, and exactly what needs a new start."""
    language = place.site.site.language
    try:
        needs = EngineClient(place.folder.socket).reread()
        yield said("taken", language)
    except EngineUnreachableError:
        yield said("not-running", language)
        return
    except HotlineError as error:
        yield said("not-taken", language, why=error.message)
        return
    pages = _("pages").render(language)
    needs += [f"{pages}: {one.key}" for one in changed if one.key in PAGES_READ_AT_START]
    if needs:
        yield said("needs-restart", language, what="; ".join(needs))
    if place.site.pbx.mode is PbxMode.EXISTING and any(one.path[0] in PBX_KNOWS for one in changed):
        yield said("existing", language)
