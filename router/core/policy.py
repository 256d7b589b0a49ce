"""Policy (DOMAIN 9): where offices differ. May live here: the policy's values and nothing that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from router.core.words import Kind

PRESENT = "present"

# R3: presence -> kind of reason. `present` is no reason.
PRESENCE: Mapping[str, Kind] = MappingProxyType(
    {
        "break": Kind.PERSONAL,
        "off": Kind.PERSONAL,
        "receiving": Kind.OBJECTIVE,
        "meeting": Kind.OBJECTIVE,
        "errand": Kind.OBJECTIVE,
    }
)

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The office's choices; times in milliseconds. Defaults are DOMAIN 9's."""

    ring_ms: int = 5_000
    rings: int = 3
    max_ring_ms: int = 60_000
    max_wait_ms: int = 120_000
    makeup_carry: bool = False
    wrap_up_ms: int = 0
    lapse_ms: int = 7 * DAY_MS
    owner_wait: bool = False
    owner_wait_ms: int = 30_000
    keep_ms: int | None = None  # how long an ended call stays at hand for its form; None: for ever
    presence: Mapping[str, Kind] = field(default_factory=lambda: PRESENCE)

    @property
    def three_rings_ms(self) -> int:
        """Length of three rings (R11): 15 s in China."""
        return self.ring_ms * self.rings
