"""docs/architecture.md names every package there is, and the layers as import-linter keeps them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def _packages(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/__init__.py")}


def _drawn(heading: str) -> list[set[str]]:
    """The lines of the picture below a heading, each as its names."""
    section = PAGE.partition(f"## {heading}\n")[2]
    lines = section.split("```")[1].strip().splitlines()
    return [set(re.split(r" {3,}", line)[0].split()) for line in lines]


def _kept(container: str) -> list[set[str]]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one.get("containers") == [container])
    return [set(re.findall(r"\w+", layer)) for layer in layers]


def test_every_package_has_its_line() -> None:
    for name in _packages(ROOT / "router"):
        assert f"`router/{name}" in PAGE, name
    for name in re.findall(r"`router/([a-z_]+)", PAGE):
        assert (ROOT / "router" / name).exists(), name


def test_the_pages_layers_are_drawn_as_they_are_kept() -> None:
    assert _drawn("The pages") == _kept("router.web")


def test_the_wings_of_the_store_are_drawn() -> None:
    drawn = set().union(*(set(re.findall(r"\w+", " ".join(line))) for line in _drawn("The store")))
    assert _packages(ROOT / "router" / "store") - {"migrations"} <= drawn


def test_the_engine_s_parts_are_there() -> None:
    for names in _drawn("The engine"):
        for name in names:
            assert (ROOT / "router" / "engine" / f"{name}.py").exists(), name
