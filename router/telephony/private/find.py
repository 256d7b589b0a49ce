"""Finding an Asterisk to run: on PATH, by apt, in a private tree, in this order.

May live here: the order and its words.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from router.telephony.private.binary import AsteriskBinary, AsteriskOrigin, from_system, from_tree
from router.telephony.private.errors import AsteriskInstallError, AsteriskMissingError
from router.telephony.private.install import apt_candidate, default_tree, install_by_apt, install_tree
from router.telephony.private.progress import Progress, silent
from router.texts import _

SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/sbin"
"""Where Asterisk lies; a normal user's PATH often lacks them."""


def find_asterisk(tree: Path | None = None, progress: Progress = silent) -> AsteriskBinary | None:
    """An Asterisk that is here already: on PATH, else in the private tree; None where there is neither."""
    found = _on_path(AsteriskOrigin.PATH, progress)
    if found:
        return found
    there = from_tree((tree or default_tree()).absolute())
    return there if isinstance(there, AsteriskBinary) else None


def ensure_asterisk(tree: Path | None = None, progress: Progress = silent) -> AsteriskBinary:
    """An Asterisk, installed if need be: apt's candidate for root, else a private tree.

    Raises `AsteriskMissingError` with apt's words.
    """
    found = find_asterisk(tree, progress)
    if found:
        return found
    try:
        if os.geteuid() == 0 and apt_candidate():
            install_by_apt(progress)
            installed = _on_path(AsteriskOrigin.APT, progress)
            if installed:
                return installed
        return install_tree(tree, progress)
    except AsteriskInstallError as error:
        raise AsteriskMissingError(
            _("Asterisk is not here and could not be installed: %(message)s", message=error.message),
            cure=error.cure or _("install Asterisk 18 or newer by the system's own means and start again"),
        ) from error


def _on_path(origin: AsteriskOrigin, progress: Progress) -> AsteriskBinary | None:
    program = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:{SYSTEM_FOLDERS}")
    if not program:
        return None
    found = from_system(Path(program), origin)
    if isinstance(found, str):
        progress(f"{program} is passed over: {found}", 0, 0)
        return None
    return found
