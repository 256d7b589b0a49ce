"""How a text gets into a language: values, plurals, contexts, lists, both at once."""

from __future__ import annotations

import subprocess
import sys
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest

from router.texts import Listing, Message, _, _n, _p, catalogue, language_of

PO = """\
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=1; plural=0;\\n"

msgid "%(file)s is gone"
msgstr "没有 %(file)s"

msgid "%(num)s row"
msgid_plural "%(num)s rows"
msgstr[0] "%(num)s 行"

msgctxt "of a turn"
msgid "due"
msgstr "待接"

msgctxt "of a call back"
msgid "due"
msgstr "待回拨"

msgid "known here: %(names)s"
msgstr "可用：%(names)s"

msgid "the trunk"
msgstr "外线"

msgid ", "
msgstr "、"

msgid "100 %"
msgstr "百分之百"
"""


@pytest.fixture(autouse=True)
def small_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = GNUTranslations(BytesIO(catalogue._compile(PO.encode())))
    monkeypatch.setattr("router.texts.translations", lambda language: compiled if language == "zh" else _ENGLISH)


_ENGLISH = catalogue.translations("en")


def test_a_text_is_put_into_the_language_that_is_said() -> None:
    gone = _("%(file)s is gone", file="a.csv")
    assert gone.render("zh") == "没有 a.csv"
    assert gone.render("en") == "a.csv is gone"
    assert str(gone) == "a.csv is gone"


def test_where_nobody_knows_the_language_both_are_said_once_each() -> None:
    assert _("%(file)s is gone", file="a.csv").render(None) == "没有 a.csv · a.csv is gone"
    assert _("not translated").render(None) == "not translated"


def test_a_table_of_texts_is_filled_later_and_stays_as_it_was() -> None:
    gone = _("%(file)s is gone")
    assert gone.fill(file="b.csv").render("zh") == "没有 b.csv"
    assert gone.params == {}


def test_what_counts_has_its_plural() -> None:
    assert _n("%(num)s row", "%(num)s rows", 1).render("en") == "1 row"
    assert _n("%(num)s row", "%(num)s rows", 2).render("en") == "2 rows"
    assert _n("%(num)s row", "%(num)s rows", 2).render("zh") == "2 行"


def test_one_english_word_has_a_chinese_one_for_each_thing_it_is_said_of() -> None:
    assert _p("of a turn", "due").render("zh") == "待接"
    assert _p("of a call back", "due").render("zh") == "待回拨"
    assert _p("of a turn", "due").render("en") == "due"


def test_a_value_that_is_a_text_itself_comes_in_the_same_language() -> None:
    known = _("known here: %(names)s", names=Listing([_("the trunk"), "carrier"]))
    assert known.render("zh") == "可用：外线、carrier"
    assert known.render("en") == "known here: the trunk, carrier"
    assert known.render(None) == "可用：外线、carrier · known here: the trunk, carrier"


def test_a_percent_sign_in_text_or_value_is_only_that() -> None:
    assert _("100 %").render("zh") == "百分之百"
    assert _("%(file)s is gone", file="100%s").render("en") == "100%s is gone"


def test_a_value_that_is_missing_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        _("%(file)s is gone").fill(other=1).render("zh")


@pytest.mark.parametrize(
    ("name", "language"),
    [("zh", "zh"), ("zh_Hans_CN", "zh"), ("zh-CN", "zh"), ("zh_CN.UTF-8", "zh"), ("en", "en"), ("C", "en"), ("", "en")],
)
def test_a_locale_means_a_language(name: str, language: str) -> None:
    assert language_of(name) == language


def test_an_empty_text_is_empty_and_not_the_head_of_the_catalogue() -> None:
    assert _("").render("zh") == ""


def test_messages_with_equal_values_are_equal() -> None:
    assert _("%(file)s is gone", file="a") == Message("%(file)s is gone", {"file": "a"})


def test_an_installation_that_cant_be_written_to_compiles_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "share").write_text("no folder")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    catalogue.compiled.cache_clear()
    try:
        assert catalogue.compiled()
    finally:
        catalogue.compiled.cache_clear()


def test_what_was_compiled_is_kept_for_the_next_process_and_what_is_old_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "share" / "hotline-texts"
    folder.mkdir(parents=True)
    (folder / "0123.mo").write_bytes(b"old")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    catalogue.compiled.cache_clear()
    try:
        made = catalogue.compiled()
    finally:
        catalogue.compiled.cache_clear()
    (kept,) = folder.iterdir()
    assert kept.read_bytes() == made


def test_a_command_that_speaks_english_loads_no_catalogue_and_no_babel() -> None:
    code = "import sys; from router.texts import _; _('x').render('en'); print('babel' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
