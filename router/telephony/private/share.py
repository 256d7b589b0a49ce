"""Asterisk's data folder of an instance: links to what came with Asterisk, and our prompts beside it.

May live here: which links there are. Nothing is copied, and the folder of Asterisk itself is never written to.
"""

from __future__ import annotations

from pathlib import Path

LANGUAGES = ("zh", "en")


def link_share(share: Path, data: Path, prompts: Path) -> None:
    """Fill `share`: documentation and music of `data`, its English sounds, and `prompts`/<language> as `hotline/`."""
    for name in ("documentation", "rest-api", "static-http"):
        _link(share / name, data / name)
    moh = share / "moh"
    if not moh.exists() or moh.is_symlink():
        _link(moh, next((m for m in (data / "moh", Path("/usr/share/asterisk/moh")) if m.is_dir()), data / "moh"))
    for language in LANGUAGES:
        (share / "sounds" / language).mkdir(parents=True, exist_ok=True)
        _link(share / "sounds" / language / "hotline", prompts / language)
    english = next((e for n in ("en", "en_US_f_Allison") if (e := data / "sounds" / n).is_dir()), None)
    for file in english.iterdir() if english else ():
        _link(share / "sounds" / "en" / file.name, file)
        # Where there are no Chinese ones (digits, beeps), the English ones are found without a language
        _link(share / "sounds" / file.name, file)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    if not link.exists():
        link.symlink_to(target)
