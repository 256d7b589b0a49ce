"""Draws config/hotline.toml and docs/settings.md from the table of settings: `python docs/draw_settings.py`."""

from pathlib import Path

from router.config.drawing import commented_file, reference_page

if __name__ == "__main__":
    root = Path(__file__).resolve().parents[1]
    (root / "config" / "hotline.toml").write_text(commented_file(), encoding="utf-8")
    (root / "docs" / "settings.md").write_text(reference_page(), encoding="utf-8")
