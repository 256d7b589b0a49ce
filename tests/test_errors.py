"""One tree of errors: whose fault, an id that stays, a line in docs/errors.md; texts fit their parameters."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from router.core.errors import DeskError, ImpossibleInputError, Refusal
from router.errors import ConfigurationError, HotlineError, PbxError, RequestError, StoreError
from router.refusals import WORDS, refusal_text
from router.texts import Listing, _
from router.wire.errors import EngineUnreachableError, RefusedError, error_from_json, error_to_json

ROOT = Path(__file__).parents[1]
KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")
RAISED = re.compile(r'(?:ImpossibleInputError|PlanError|Refusal)\(\s*"([a-z-]+)"(?:, (.*))?\)')


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    """docs/draw_errors.py, with every module of ours imported."""
    spec = importlib.util.spec_from_file_location("draw_errors", ROOT / "docs" / "draw_errors.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    made.everything()
    return made


def test_each_error_has_an_id_of_its_own(drawing: ModuleType) -> None:
    errors = [*drawing.tree(HotlineError), *drawing.tree(DeskError)]
    ids = [one.__dict__.get("id", f"{one.__name__} has none") for one in errors]
    assert [name for name in ids if not KEBAB.fullmatch(name)] == []
    assert sorted({name for name in ids if ids.count(name) > 1}) == []
    assert [one.__name__ for one in errors if not one.__doc__ or one.__doc__ == one.__base__.__doc__] == []


def test_no_error_of_ours_stands_outside_the_tree(drawing: ModuleType) -> None:
    inside = {one.__name__ for root in (HotlineError, DeskError) for one in drawing.tree(root)}
    defined = {
        node.name
        for path in (ROOT / "router").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    }
    assert sorted(defined - inside) == []


def test_every_error_says_whose_fault_it_is(drawing: ModuleType) -> None:
    blamed = (ConfigurationError, RequestError, PbxError, StoreError)
    ours = [one.id for one in drawing.tree(HotlineError) if not issubclass(one, blamed)]
    assert sorted(ours) == ["engine-unreachable", "internal", "start"]


def test_the_page_of_errors_is_the_code_s(drawing: ModuleType) -> None:
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == drawing.page(), "python docs/draw_errors.py"


def test_each_refusal_of_the_code_has_a_text_with_the_same_parameters() -> None:
    raised: dict[str, set[str]] = {}
    for folder in ("core", "engine"):
        for path in (ROOT / "router" / folder).rglob("*.py"):
            for name, params in RAISED.findall(path.read_text(encoding="utf-8")):
                raised.setdefault(name, set()).update(re.findall(r"(?:^|, )(\w+)=|\"(\w+)\":", params) and [
                    first or second for first, second in re.findall(r"(?:^|, )(\w+)=|\"(\w+)\":", params)
                ])  # fmt: skip
    assert sorted(set(raised) - set(WORDS)) == []
    assert sorted(set(WORDS) - set(raised) - {"no-way"}) == []  # that one names all parts by its class
    for name, params in raised.items():
        needed = set(re.findall(r"%\((\w+)\)", WORDS[name].id))
        assert needed <= params, name


def test_a_refusal_crosses_as_id_and_parameters_whatever_is_in_them() -> None:
    refusal = ImpossibleInputError("person-unknown", person='Z" \n{"a": 1}').refusal
    assert Refusal.read(str(refusal)) == refusal
    assert Refusal.read("person-unknown {cut sho") == Refusal("person-unknown")
    error = error_from_json(error_to_json(RefusedError(refusal)))
    assert isinstance(error, RefusedError)
    assert error.refusal == refusal
    assert error.render("zh").startswith("没有这个人：Z")


def test_an_id_of_a_newer_version_is_shown_as_it_is_and_a_missing_parameter_costs_nothing() -> None:
    assert refusal_text(Refusal("brand-new", {"a": "1"})) == 'brand-new {"a": "1"}'
    assert str(refusal_text(Refusal("call-over"))) == "call ? is over already: it is ?"


def test_an_error_crosses_with_texts_and_parameters_and_is_read_in_either_language() -> None:
    told = RequestError(
        _("there is no group %(group)r", group="x"), cure=_("one of %(these)s", these=Listing(["a", "b"]))
    )
    error = error_from_json(error_to_json(told))
    assert type(error) is RequestError
    assert error.render("en") == "there is no group 'x' (one of a, b)"
    assert error.render("zh") == "没有组 'x' (请从 a、b 中选一个)"
    away = error_from_json(error_to_json(EngineUnreachableError("a library's word")))
    assert type(away) is EngineUnreachableError
    assert away.message == "a library's word"


FOR_OURSELVES = {  # never shown: a snapshot is passed over, a claim is tried again
    "router/engine/snapshot.py",
    "router/store/follow/writer.py",
}


def test_no_error_carries_a_sentence_that_only_one_language_has(drawing: ModuleType) -> None:
    """What it says is a message of the catalogue; a word of a library's or a name may stand as it is."""
    names = {one.__name__ for one in drawing.tree(HotlineError)}
    found = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in sorted((ROOT / "router").rglob("*.py"))
        if str(file.relative_to(ROOT)) not in FOR_OURSELVES
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in names
        and any(map(_is_a_sentence, (*call.args, *(one.value for one in call.keywords if one.arg == "cure"))))
    ]
    assert found == []


def _is_a_sentence(text: ast.expr) -> bool:
    if isinstance(text, ast.JoinedStr):
        return True
    return isinstance(text, ast.Constant) and isinstance(text.value, str) and " " in text.value
