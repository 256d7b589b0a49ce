"""How long one ring is, by country (DOMAIN 9). May live here: that table.

The sum of a ringing cadence's tones and pauses, as Asterisk's own `indications.conf` has them (`ringcadence`; a test
compares the two where an Asterisk is there), and for countries that it lacks ITU-T E.180, supplement 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RING_SECONDS: Mapping[str, float] = MappingProxyType(
    {
        "AT": 6.0,
        "AU": 3.0,
        "BE": 4.0,
        "BG": 5.0,
        "BR": 5.0,
        "CA": 6.0,
        "CH": 5.0,
        "CL": 4.0,
        "CN": 5.0,
        "CZ": 5.0,
        "DE": 5.0,
        "DK": 5.0,
        "EE": 5.0,
        "ES": 4.5,
        "FI": 5.0,
        "FR": 5.0,
        "GB": 3.0,
        "GR": 5.0,
        "HK": 4.0,
        "HU": 5.0,
        "ID": 5.0,
        "IE": 3.0,
        "IL": 4.0,
        "IN": 3.0,
        "IT": 5.0,
        "JP": 3.0,
        "KR": 3.0,
        "LT": 5.0,
        "MO": 5.0,
        "MX": 6.0,
        "MY": 6.0,
        "NL": 5.0,
        "NO": 5.0,
        "NZ": 3.0,
        "PH": 5.0,
        "PL": 5.0,
        "PT": 6.0,
        "RU": 5.0,
        "SE": 6.0,
        "SG": 3.0,
        "TH": 5.0,
        "TW": 5.0,
        "US": 6.0,
        "VE": 5.0,
        "VN": 5.0,
        "ZA": 3.0,
    }
)
