"""One catalogue: each text that the code marks has its Chinese there, with the same values in it, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from router.texts.catalogue import PO
from tests.texts.catalogue import SOURCES, Key, catalogue, entries, first, marked, updated

VALUE = re.compile(r"%(?:\((\w+)\))?[-#0 +]*[\d*]*(?:\.\d+)?([a-zA-Z%])")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")

# Chinese in code that is no text for people: data that we read or write as it is.
DATA = {
    "router/cli/demo_site.py": "names of the demonstration's people and slots",
    "router/cli/demo.py": "the demonstration's office",
    "router/cli/questions.py": "the office's name where none is given, and what stands between answers",
    "router/config/form.py": "the form's own choices, as the office's data has them",
    "router/config/model.py": "an office's name where none is given",
    "router/config/office.py": "names of the accounts that a new office begins with",
    "router/config/settings.py": "examples of values",
    "router/exchange/customers_in.py": "headings that are understood in files of others",
    "router/exchange/display_in.py": "headings that are understood in files of others",
    "router/exchange/forms_in.py": "headings and words that are understood in files of others",
    "router/logs.py": "full-width digits, and spaces that forge lines",
    "router/reading/moments.py": "how dates and times are written",
    "router/reading/numbering.py": "a full-width plus before a number",
    "router/reading/numbers.py": "what stands around a number in a cell",
    "router/reading/same_number.py": "how numbers are written in a text",
    "router/reading/sheets.py": "delimiters of files",
    "router/reading/tables.py": "what stands around headings",
    "router/telephony/switchboard/display.py": "marks that a phone can show",
    "router/web/forms/reading.py": "a full-width semicolon between numbers",
    "router/web/words.py": "shapes beside words, and what stands between a reason and its note",
}


def values_of(text: str) -> list[tuple[str, str]]:
    """The values that a text names, with how each is written."""
    return sorted((name, kind) for name, kind in VALUE.findall(text) if kind != "%")


def literals(file: Path) -> Iterator[tuple[int, str]]:
    """The texts in a file that are no docstrings, with their lines."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_each_text_of_the_code_is_in_the_catalogue_and_nothing_else_is() -> None:
    code, translated = marked(), entries().keys()
    assert sorted(code - translated, key=str) == []
    assert sorted(translated - code, key=str) == []


def test_the_catalogue_stands_as_its_tool_writes_it() -> None:
    assert PO.read_bytes() == updated(), "python -m tests.texts.catalogue"


def test_each_text_has_its_chinese_and_none_is_a_guess() -> None:
    assert [key for key, entry in entries().items() if not first(entry.string)] == []
    assert [key for key, entry in entries().items() if entry.fuzzy] == []
    assert list(catalogue().obsolete) == []


def test_a_text_names_the_same_values_in_both_languages() -> None:
    def differ() -> Iterator[Key]:
        for key, entry in entries().items():
            english = [entry.id] if isinstance(entry.id, str) else list(entry.id)
            chinese = [entry.string] if isinstance(entry.string, str) else list(entry.string)
            wanted = values_of(english[-1])  # a singular may leave its number out
            if any(values_of(text) != wanted for text in chinese):
                yield key

    assert list(differ()) == []


def test_one_english_text_has_one_chinese_one() -> None:
    """gettext finds a text by context and English; two entries would hide one another."""
    keys = re.findall(r'(?m)^(?:msgctxt "(.*)"\n)?msgid "(.+)"$', PO.read_text(encoding="utf-8"))
    assert len(keys) == len(set(keys))


def test_no_code_speaks_chinese_itself() -> None:
    found = {
        f"{file.relative_to(SOURCES.parent)}:{line}: {text[:40]}"
        for file in SOURCES.rglob("*.py")
        for line, text in literals(file)
        if CHINESE.search(text)
    }
    files = {place.partition(":")[0] for place in found}
    assert sorted(one for one in found if one.partition(":")[0] not in DATA) == []
    assert DATA.keys() - files == set()  # what needs no leave any more
