"""A page as a PDF. May live here: WeasyPrint, which needs Pango of the system, and fetches nothing."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

STYLE = Path(__file__).parents[1] / "static" / "print.css"


@lru_cache(maxsize=1)
def pdf_works() -> bool:
    """Whether this machine has the libraries (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)."""
    try:
        import weasyprint  # noqa: F401  (its import loads them)
    except OSError:
        return False
    return True


def as_pdf(html: str) -> bytes:
    """The page on A4; no address is fetched."""
    from weasyprint import CSS, HTML

    pdf: bytes = HTML(string=html, url_fetcher=_refuse).write_pdf(stylesheets=[CSS(string=STYLE.read_text())])
    return pdf


def _refuse(url: str, **_words: Any) -> Any:
    raise ValueError(f"not fetched: {url[:80]}")
