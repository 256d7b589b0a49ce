"""The site that a file describes: as it stands, wherever it is read from, and without its secrets in sight."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from router.cli.demo_site import DEMO
from router.config.cadence import RING_SECONDS
from router.config.document import read_document
from router.config.load import SiteFileError, load_site, review_site
from router.config.model import Site
from router.config.problems import problem_of
from tests.config.changed import SITE, changed, reviewed

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_site_loads_as_it_stands() -> None:
    site = load_site(SITE)
    assert [c.id for c in site.consultants] == ["A", "B", "C", "D"]
    assert [c.dialled for c in site.consultants] == ["101", "102", "103", "104"]
    assert site.desk_policy().three_rings_ms == 15_000


def test_the_example_site_here_is_the_shared_one() -> None:
    shared = ROOT.parent / "shared" / "site.toml"
    if not shared.exists():
        pytest.skip("only where the shared folder is")
    assert shared.read_text(encoding="utf-8") == SITE.read_text(encoding="utf-8")
    assert load_site(shared) == load_site(SITE)


def test_several_phones_as_the_example_site_describes_them(tmp_path: Path) -> None:
    phones = 'phones = [{ account = "105" }, { mobile = "13900000105", trunk = "carrier", confirm = true }]'
    review = reviewed(tmp_path, changed(('phone = { contact = "sip:c@127.0.0.1:5093" }', phones)))
    assert review.site is not None, review.mistakes
    assert [phone.mobile for phone in review.site.consultants[2].all_phones] == [None, "13900000105"]


@pytest.mark.parametrize("text", [SITE.read_text(encoding="utf-8"), "", 'a.b = 1\n"x y" = [{ z = 2026-12-01 }]\n'])
def test_our_reader_reads_what_the_standard_library_reads(text: str) -> None:
    assert read_document(text).value == tomllib.loads(text)


def test_every_value_of_the_example_site_has_its_own_line() -> None:
    text = SITE.read_text(encoding="utf-8")
    document = read_document(text)
    lines = text.splitlines()
    for place, line in document.lines.items():
        key = next(part for part in reversed(place) if isinstance(part, str))
        assert isinstance(place[-1], int) or key in lines[line - 1], (place, line)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(SITE.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert load_site(path) == load_site(SITE)


def test_the_demonstration_has_no_mistake_in_it() -> None:
    assert Site.model_validate(DEMO).consultants


def test_secrets_are_not_shown_with_the_site() -> None:
    assert "change-me" not in repr(load_site(SITE))


def test_a_secret_file_is_looked_for_beside_the_site_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "trunk.secret").write_text("x", encoding="ascii")
    (tmp_path / "trunk.secret").chmod(0o600)
    monkeypatch.chdir("/")
    register = 'register = { server = "sip.example.com", username = "400", secret_file = "trunk.secret" }'
    review = reviewed(tmp_path, changed(('match = ["127.0.0.2"]', register)))
    assert review.site is not None, review.mistakes
    trunk = review.site.trunks[0]
    assert trunk.register_with is not None
    assert trunk.register_with.secret_file == tmp_path / "trunk.secret"
    assert trunk.target == "sip.example.com"


@pytest.mark.parametrize(("country", "seconds"), [("CN", 15), ("US", 18), ("GB", 9), ("FR", 15)])
def test_three_rings_last_as_long_as_in_the_trunks_country(tmp_path: Path, country: str, seconds: int) -> None:
    review = reviewed(tmp_path, changed(('country = "CN"', f'country = "{country}"')))
    assert review.site is not None
    assert review.site.desk_policy().three_rings_ms == seconds * 1000


def test_the_policys_ring_counts_before_the_trunks() -> None:
    site = Site.model_validate({"policy": {"ring_seconds": 1}, "trunk": [{"name": "a", "match": ["127.0.0.2"]}]})
    assert site.ring_seconds == site.ring_seconds_of(site.trunks[0]) == 1


def test_rings_are_as_long_as_asterisk_has_them() -> None:
    sample = Path(sys.prefix) / "share" / "asterisk-tree" / "etc" / "asterisk" / "indications.conf"
    if not sample.exists():
        pytest.skip("only where an Asterisk is unpacked")
    country, seen = "", 0
    for line in sample.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            country = {"uk": "GB"}.get(line[1:-1], line[1:-1].upper())
        name, _, value = line.partition("=")
        if name.strip() == "ringcadence" and country in RING_SECONDS:
            assert RING_SECONDS[country] == sum(map(int, value.split(","))) / 1000, country
            seen += 1
    assert seen > 30


@pytest.mark.parametrize(
    ("name", "mistake", "word"),
    [
        ("none.toml", "file-missing", "没有这个文件 · there is no such file"),
        ("", "file-is-folder", "folder"),
        ("plain/site.toml", "file-unreadable", "Not a directory"),
        ("a\0b", "file-unreadable", "null"),
    ],
)
def test_a_file_that_can_not_be_had_is_named(tmp_path: Path, name: str, mistake: str, word: str) -> None:
    (tmp_path / "plain").write_text("", encoding="ascii")
    with pytest.raises(SiteFileError, match=word) as caught:
        load_site(tmp_path / name)
    assert [one.id for one in caught.value.mistakes] == [mistake]


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes('[site]\nname = "售楼处"\n'.encode("gb18030"))
    assert [(one.id, one.line) for one in review_site(path).mistakes] == [("not-utf8", 2)]


def test_what_nobody_thought_of_is_still_said() -> None:
    details = {"type": "brand_new", "loc": ("policy", "rings"), "msg": "is odd", "input": 3}
    problem = problem_of(details)  # type: ignore[arg-type]  # a later pydantic's error
    assert (problem.id, problem.values["detail"]) == ("wrong-value", "is odd")
