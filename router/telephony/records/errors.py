"""What can go wrong with the PBX's own records. May live here: exception classes only."""

from __future__ import annotations

from router.errors import ConfigurationError, PbxError


class RecordsMissingError(PbxError):
    """The file, table or server with the PBX's records is not there: nothing can be compared."""

    id = "records-missing"


class RecordsUnreadableError(PbxError):
    """The PBX's records are there and can't be read."""

    id = "records-unreadable"


class RecordsColumnsError(ConfigurationError):
    """The records have other columns than `[reconcile.columns]` says, or another time zone."""

    id = "records-columns"


class RecordsDriverError(ConfigurationError):
    """The records are in a kind of database that this installation can't open."""

    id = "records-driver"


class NoUniqueIdError(RecordsColumnsError):
    """A row that names no channel: it can't be told from others, nor joined with them."""

    id = "records-no-unique-id"


class NumericIdsError(RecordsColumnsError):
    """Unique ids kept as numbers: `.1` and `.10` are one there."""

    id = "records-numeric-ids"
