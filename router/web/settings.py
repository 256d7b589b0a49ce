"""What the pages know of the site. May live here: that one class, below everything else of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from router.config.form import FormTable
from router.reading.numbering import Numbering
from router.texts import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """What the pages need to know of the site. Secrets are never shown or logged."""

    site_name: str
    zone: str
    language: Language
    database_url: str
    secret_key: str
    password_salt: str
    names: dict[str, str]
    assets: Path
    form: FormTable
    form_minutes: float
    media: dict[str, str]  # hotline number -> how its callers heard of us
    three_rings_seconds: float = 15
    lapse_days: float = 7
    numbering: Numbering = field(default_factory=Numbering)
    working: tuple[str, ...] = ()  # who works here now: `names` has those who left, too
    presence: Mapping[str, str] = field(default_factory=dict)  # further kinds, with their kind of reason (DOMAIN 9)
    is_demo: bool = False
    https: bool = False
    second_step: tuple[str, ...] = ()  # roles that must have one
    proxies: tuple[str, ...] = ()  # whose word of where a request comes from is believed
