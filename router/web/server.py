"""Serving the pages with gunicorn: threads for pages and for streams. May live here: gunicorn's settings.

One worker with many threads: a live stream holds a thread for as long as it is open, so there are enough for the
boards of an office and 50 more for pages (LIBRARIES: web server).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

STREAM_THREADS = 60
PAGE_THREADS = 50


class ProcessLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn's log as part of ours (`router.logs`): no handlers and no form of lines of its own, no access log."""

    def setup(self, cfg: Config) -> None:
        """Take the level; what is said goes on to the process's log."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class PageServer(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn around an application factory; the factory runs in the worker, after the fork."""

    def __init__(self, factory: Callable[[], Flask], bind: str, *, tls: tuple[Path, Path] | None = None) -> None:
        self.factory = factory
        self.settings: dict[str, Any] = {
            "bind": bind,
            "worker_class": "gthread",
            "workers": 1,
            "threads": STREAM_THREADS + PAGE_THREADS,
            "timeout": 30,
            "graceful_timeout": 3,
            "keepalive": 15,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "logger_class": ProcessLog,
            "proc_name": "hotline-web",
            "control_socket_disable": True,
        }
        if tls:
            self.settings |= {"certfile": str(tls[0]), "keyfile": str(tls[1])}
        super().__init__()

    def load_config(self) -> None:
        """Take our settings; one that this gunicorn does not know is left out."""
        for name, value in self.settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made in the worker."""
        return self.factory()
