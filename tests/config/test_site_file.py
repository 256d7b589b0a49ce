"""The site file: what it describes, and every mistake named with line and cure."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest
import toml_rs
from click.testing import CliRunner

from router.cli.config import command
from router.config.load import SiteFileError, load_site
from router.config.model import AmiTable, Consultant, Hotline, Phone, PolicyTable, RegisterTable, Site, Trunk
from router.config.plan import standing_slots
from router.config.settings import SECTIONS, commented_file, reference_page

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(__file__).with_name("site.toml")


def _mistakes(tmp_path: Path, old: str, new: str) -> list[str]:
    """What is said of the example site with one thing changed."""
    text = SITE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "site.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SiteFileError) as caught:
        load_site(path)
    first = text[: text.index(old)].count("\n") + 1
    assert first <= caught.value.mistakes[0].line <= first + new.count("\n")
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_example_site_loads_as_it_stands() -> None:
    site = load_site(SITE)
    assert [c.id for c in site.consultants] == ["A", "B", "C", "D"]
    assert [c.dialled for c in site.consultants] == ["101", "102", "103", "104"]
    assert site.desk_policy().three_rings_ms == 15_000


def test_the_example_site_here_is_the_shared_one() -> None:
    shared = ROOT.parent / "shared" / "site.toml"
    if shared.exists():
        assert shared.read_text(encoding="utf-8") == SITE.read_text(encoding="utf-8")


def test_our_reader_reads_what_the_standard_library_reads() -> None:
    text = SITE.read_text(encoding="utf-8")
    assert toml_rs.loads(text) == tomllib.loads(text)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('zone = "Asia/Shanghai"', 'zone = "Asia/Shangai"', "not a time zone"),
        ('zone = "Asia/Shanghai"', 'zoen = "Asia/Shanghai"', "did you mean 'zone'?"),
        ('region = "CN"', 'region = "China"', "not a country code"),
        ('bind = "127.0.0.1:8080"', 'bind = "8080"', "not an address"),
        ('rtp_ports = "20000-20999"', 'rtp_ports = "20000"', "not a range of ports"),
        ("ami_port = 5038", "ami_port = 99999", "99999"),
        ("ami_port = 5038", "ami_port = 8080", "both want port 8080"),
        ('match = ["127.0.0.2"]', 'match = ["carrier.example"]', "not an IP address"),
        ('trunk = "carrier"', 'trunk = "carier"', "no trunk 'carier'"),
        ('answer = "waiting"', 'answer = "sometimes"', "sometimes"),
        (
            'account = "102", secret = "change-me-102"',
            'account = "101", secret = "change-me-102"',
            "'101' is there twice",
        ),
        ('call = ["A", "B"]', 'call = ["A", "A"]', "named twice"),
        ('call = ["A", "B"]', 'call = ["A", "Z"]', "no consultant 'Z'"),
        ('call = ["A", "B"]', 'call = ["A", "C"]', "named twice"),
        ('from = "12:00"', 'from = "11:00"', "overlaps"),
        ('from = "12:00"', 'from = "25:00"', "not a time of day"),
        ('days = "daily"', 'days = "sometimes"', "sometimes"),
        ('initial = "off"', 'initial = "lunch"', "lunch"),
        ('makeup = "round"', 'makeup = "square"', "square"),
        ('mode = "private"', 'mode = "existing"', "[pbx.ami]"),
        ("lines = 8", "lines = = 8", "not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert words in " ".join(_mistakes(tmp_path, old, new))


def test_an_unknown_table_is_named_at_its_first_key(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("[polcy]\nrings = 3\n", encoding="utf-8")
    with pytest.raises(SiteFileError, match="did you mean 'policy'"):
        load_site(path)


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    said = _mistakes(tmp_path, 'language = "zh"', 'language = "fr"\nregoin = "CN"')
    assert len(said) == 2


def test_a_secret_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="ascii")
    secret.chmod(0o644)
    new = f'mode = "existing"\nami = {{ secret_file = "{secret}" }}'
    assert "can be read by everybody" in " ".join(_mistakes(tmp_path, 'mode = "private"', new))


def test_the_command_names_every_mistake_and_ends_with_2(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[site]\nzone = "nowhere"\n[web]\nbind = "x"\n', encoding="utf-8")
    result = CliRunner().invoke(command, ["check", str(path)])
    assert result.exit_code == 2
    assert f"{path}:2:" in result.output
    assert f"{path}:4:" in result.output
    assert CliRunner().invoke(command, ["check", str(SITE)]).exit_code == 0


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError, match="No such file"):
        load_site(tmp_path / "none.toml")


def test_the_most_specific_plan_counts() -> None:
    plans = [
        {"days": "daily", "slots": [{"name": "daily", "from": "09:00", "to": "10:00"}]},
        {"days": "weekends", "slots": [{"name": "weekend", "from": "09:00", "to": "10:00"}]},
        {"days": ["sat"], "slots": [{"name": "saturday", "from": "09:00", "to": "10:00"}]},
        {"dates": ["2026-12-05"], "slots": [{"name": "the fifth", "from": "09:00", "to": "10:00"}]},
    ]
    site = Site.model_validate({"plan": plans})
    names = [standing_slots(site, date(2026, 12, day))[0].name for day in (4, 5, 6, 12)]
    assert names == ["daily", "the fifth", "weekend", "saturday"]


def test_a_slot_to_24_00_ends_at_the_next_midnight_of_the_site() -> None:
    slot = standing_slots(load_site(SITE), date(2026, 11, 24))[-1]
    midnight = datetime(2026, 11, 25, tzinfo=load_site(SITE).zone)
    assert slot.end == midnight.timestamp() * 1000


def test_the_commented_file_and_the_page_are_drawn_from_the_table() -> None:
    assert (ROOT / "config" / "hotline.toml").read_text(encoding="utf-8") == commented_file()
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == reference_page()
    tomllib.loads(commented_file())


def test_the_table_has_every_key_of_the_model() -> None:
    models = {"trunk": Trunk, "hotline": Hotline, "consultant": Consultant, "policy": PolicyTable, "pbx.ami": AmiTable}
    for section in SECTIONS:
        if section.name in models:
            fields = {f.alias or name for name, f in models[section.name].model_fields.items()}
            assert {s.key for s in section.settings} == fields, section.name
    assert RegisterTable.model_fields.keys() == {"server", "username", "secret_file"}
    assert Phone.model_fields.keys() >= {"account", "contact", "dial", "mobile"}
