"""Scenario files: YAML in, cases out (DOMAIN 10). May live here: reading a file, and what makes one unusable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from router.simulate.model import Case, ScenarioError, read_case


def cases(path: Path) -> Iterator[tuple[str, Case | ScenarioError]]:
    """The cases of a file by name, readable or with their own error; raises `ScenarioError` if the file is unusable."""
    for index, raw in enumerate(_load(path), start=1):
        if not isinstance(raw, Mapping):
            yield f"case {index}", ScenarioError(f"{path}: case {index} is {raw!r}: a mapping is needed")
            continue
        name = str(raw.get("case", f"case {index}"))
        yield name, _read(raw)


def _read(raw: Mapping[str, Any]) -> Case | ScenarioError:
    try:
        return read_case(raw)
    except ScenarioError as error:
        return error
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        return ScenarioError(f"the case has another shape than DOMAIN 10's: {error}")


def _load(path: Path) -> list[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a hundred times the size is common, so libyaml where it is
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=loader)  # noqa: S506  (both loaders are safe ones)
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}", cure="name a scenario file that can be read") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not UTF-8 text: {error}", cure="save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise ScenarioError(f"{path}: not YAML: {error}", cure="mend the file at the place named") from error
    if not isinstance(loaded, list):
        raise ScenarioError(f"{path}: a list of cases is needed", cure="begin each case with `- case: name`")
    return loaded
