"""What can go wrong with a private Asterisk. May live here: exception classes only."""

from __future__ import annotations

from router.errors import ConfigurationError, PbxError


class AsteriskMissingError(ConfigurationError):
    """No usable Asterisk was found, and none could be installed."""

    id = "asterisk-missing"


class AsteriskInstallError(PbxError):
    """Installing Asterisk failed; the message carries apt's own words."""

    id = "asterisk-install"


class AsteriskSettingsError(ConfigurationError):
    """What an instance was told to be can't be written as Asterisk's configuration."""

    id = "asterisk-settings"


class AsteriskStartError(PbxError):
    """Our Asterisk did not come up; the message carries the end of its log."""

    id = "asterisk-start"


class AsteriskCommandError(PbxError):
    """Our Asterisk did not take a command of its command line."""

    id = "asterisk-command"
