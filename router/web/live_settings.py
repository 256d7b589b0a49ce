"""What the pages know of the site, as it is now. May live here: keeping it fresh, for every thread that asks.

The office is in the database and may be changed at any time: by a page, by `hotline config apply`. One thread looks
every few seconds; pages never wait for it. With the database away they go on with what was known.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from router.errors import HotlineError
from router.logs import logger
from router.web.settings import WebSettings

log = logger(__name__)

LOOK_SECONDS = 5.0


class LiveSettings:
    """The newest settings; `read` gives them anew, None: they never change (tests)."""

    def __init__(self, settings: WebSettings, read: Callable[[], WebSettings] | None = None) -> None:
        self._newest = settings
        self._read = read
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def now(self) -> WebSettings:
        """The settings as last read; the first call, after the server has forked, begins to look."""
        if self._read is not None and self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="live-settings", daemon=True)
                    self._thread.start()
        return self._newest

    def look(self) -> None:
        """Read once; what can't be read stays as it was."""
        if self._read is None:
            return
        try:
            self._newest = self._read()
        except HotlineError as error:
            log.warning("settings not read", why=error)

    def _run(self) -> None:
        while True:
            try:
                self.look()
            except Exception:  # the pages go on with what is known
                log.exception("settings not read")
            time.sleep(LOOK_SECONDS)
