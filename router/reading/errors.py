"""What can go wrong with a file from outside. May live here: exception classes only."""

from __future__ import annotations

from router.errors import RequestError


class TableFileError(RequestError):
    """A file that can't be read as a table, or whose rows can't all be taken."""

    id = "table-file"
