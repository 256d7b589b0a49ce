"""One table of settings feeds the commented file, the reference page and the explanations, and equals the model."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from router.config import model
from router.config.drawing import MODELS, commented_file, explained, is_default, is_needed, limits, reference_page
from router.config.load import review_site
from router.config.settings import SECTIONS, Section, Setting

ROOT = Path(__file__).resolve().parents[2]
EVERY = [(section, setting) for section in SECTIONS for setting in section.settings]
NAMES = [f"{section.name}.{setting.key}" for section, setting in EVERY]


def test_the_commented_file_and_the_page_are_drawn_from_the_table() -> None:
    """`python docs/draw_settings.py` draws them."""
    assert (ROOT / "config" / "hotline.toml").read_text(encoding="utf-8") == commented_file()
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == reference_page()


def test_the_commented_file_sets_nothing() -> None:
    assert tomllib.loads(commented_file()) == {}


def _keys(table: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in table.model_fields.items()}


def test_the_table_has_every_key_of_the_model_and_no_other() -> None:
    assert {section.name for section in SECTIONS} == set(MODELS)
    for section in SECTIONS:
        own = {setting.key for setting in section.settings}
        inner = {other.name.rpartition(".")[2] for other in SECTIONS if other.name.startswith(f"{section.name}.")}
        assert own | (inner & _keys(MODELS[section.name])) == _keys(MODELS[section.name]), section.name
    assert {section.name for section in SECTIONS if "." not in section.name} == _keys(model.Site)


@pytest.mark.parametrize(("section", "setting"), EVERY, ids=NAMES)
def test_a_default_of_the_model_is_the_tables(section: Section, setting: Setting) -> None:
    field = next(f for name, f in MODELS[section.name].model_fields.items() if (f.alias or name) == setting.key)
    if not field.is_required() and field.get_default() not in (None, "", (), {}):
        assert is_default(section, setting)
    assert is_needed(section, setting) == field.is_required()


@pytest.mark.parametrize(("section", "setting"), EVERY, ids=NAMES)
def test_help_is_in_both_languages_and_names_every_choice(section: Section, setting: Setting) -> None:
    zh, en = setting.help.render("zh"), setting.help.render("en")
    assert re.search("[\u4e00-\u9fff]", zh)
    assert not re.search("[\u4e00-\u9fff]", en)
    choices = limits(section, setting)
    if choices and not any(character.isdigit() for character in choices):
        assert all(choice in zh and choice in en for choice in choices.split(", "))


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_can_be_explained(name: str) -> None:
    text = explained(name)
    assert text is not None
    assert name.rpartition(".")[2] in text


def _uncommented(without: set[str]) -> str:
    """The commented file with its settings in force, apart from alternatives."""
    skip = False
    lines = []
    for line in commented_file().splitlines():
        if re.match(r"#\[", line):
            skip = line.strip("#[]") in without
        if re.match(r"#[^ #]", line) and not skip:
            lines.append(line[1:])
    return "\n".join(lines) + "\n"


def _write_secrets(folder: Path) -> None:
    """The files of secrets that the commented file names."""
    for name in ("trunk.secret", "notify.secret", "webhook.secret"):
        (folder / name).write_text("x", encoding="ascii")
        (folder / name).chmod(0o600)


def test_the_commented_file_with_the_comments_taken_away_is_a_site(tmp_path: Path) -> None:
    _write_secrets(tmp_path)
    path = tmp_path / "site.toml"
    text = _uncommented({section.name for section in SECTIONS if section.alternative})
    for section, setting in EVERY:
        if setting.alternative and not section.inline:
            text = text.replace(f"{setting.key} = {setting.value}\n", "")
    path.write_text(text, encoding="utf-8")
    review = review_site(path)
    assert review.site is not None, [str(one) for one in review.mistakes]
    used = {setting.key for section, setting in EVERY if not section.inline and not setting.alternative}
    assert used >= {"name", "lines", "rings", "slots", "ring_seconds", "table"}


ALTERNATIVES = [
    ("trunk.register", 'match = ["127.0.0.2"]'),
    ("trunk.account", 'match = ["127.0.0.2"]'),
    ("consultant.phones", 'phone = { account = "101" }'),
    ("plan.dates", 'days = "daily"'),
]


@pytest.mark.parametrize(("name", "instead_of"), ALTERNATIVES)
def test_an_alternative_stands_instead_of_what_it_replaces(tmp_path: Path, name: str, instead_of: str) -> None:
    path = tmp_path / "site.toml"
    _write_secrets(tmp_path)
    text = _uncommented({section.name for section in SECTIONS if section.alternative})
    for section, setting in EVERY:
        written = f"{setting.key} = {setting.value}\n"
        if f"{section.name}.{setting.key}" == name:
            text = text.replace(f"{instead_of}\n", "")
        elif setting.alternative and not section.inline:
            text = text.replace(written, "")
    path.write_text(text, encoding="utf-8")
    assert not review_site(path).mistakes
