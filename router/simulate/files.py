"""Scenario files: YAML in, cases out (DOMAIN 10). May live here: reading a file, and what makes one unusable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from router.simulate.model import Case, ScenarioError, read_case
from router.texts import _


def cases(path: Path) -> Iterator[tuple[str, Case | ScenarioError]]:
    """The cases of a file by name, readable or with their own error; raises `ScenarioError` if the file is unusable."""
    for index, raw in enumerate(_load(path), start=1):
        if not isinstance(raw, Mapping):
            yield (
                f"case {index}",
                ScenarioError(
                    _("%(path)s: case %(index)s is %(raw)r: a mapping is needed", path=path, index=index, raw=raw)
                ),
            )
            continue
        name = str(raw.get("case", f"case {index}"))
        yield name, _read(raw)


def _read(raw: Mapping[str, Any]) -> Case | ScenarioError:
    try:
        return read_case(raw)
    except ScenarioError as error:
        return error
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        return ScenarioError(_("the case has another shape than DOMAIN 10's: %(why)s", why=str(error)))


def _load(path: Path) -> list[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a hundred times the size is common, so libyaml where it is
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=loader)  # noqa: S506  (both loaders are safe ones)
    except OSError as error:
        raise ScenarioError(
            _("%(path)s: %(why)s", path=path, why=error.strerror), cure=_("name a scenario file that can be read")
        ) from error
    except UnicodeDecodeError as error:
        raise ScenarioError(
            _("%(path)s: not UTF-8 text: %(why)s", path=path, why=str(error)), cure=_("save it as UTF-8")
        ) from error
    except yaml.YAMLError as error:
        raise ScenarioError(
            _("%(path)s: not YAML: %(why)s", path=path, why=str(error)), cure=_("mend the file at the place named")
        ) from error
    if not isinstance(loaded, list):
        raise ScenarioError(
            _("%(path)s: a list of cases is needed", path=path), cure=_("begin each case with `- case: name`")
        )
    return loaded
