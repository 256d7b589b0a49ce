"""What a process takes for the office: the database, the copy while it is away, the file before there is any."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from router.cli.office import OfficeCopy, OfficeSource, OnRecord, office_that_counts, read_database_at
from router.cli.settings import database_url, with_new_secrets
from router.cli.site_changes import MisfitError, refuse_misfits
from router.store.follow.writer import DatabaseAwayError
from tests.cli.place import Office

NOWHERE = "postgresql+psycopg://hotline:secret@127.0.0.1:1/hotline"


def _rename(site: Office, name: str) -> None:
    site.on_a_page(lambda office: office["consultant"]["A"].update(name=name))


def test_a_page_edit_counts_and_the_machine_is_the_files(site: Office) -> None:
    _rename(site, "陈辰")
    site.in_the_file('name = "陈晨"', 'name = "陈大"')
    site.in_the_file('bind = "127.0.0.1:8080"', 'bind = "127.0.0.1:8081"')
    place = site.place
    assert (place.source, place.site.consultants[0].name) == (OfficeSource.DATABASE, "陈辰")
    assert place.site.web.bind == "127.0.0.1:8081"
    assert place.file.consultants[0].name == "陈大"


def test_before_the_first_start_the_file_counts_and_no_database_is_made(tmp_path: Path) -> None:
    made = Office(tmp_path)
    assert made.place.source is OfficeSource.FILE
    assert not made.place.folder.database.exists()


def test_with_the_database_away_the_copy_counts(site: Office, tmp_path: Path) -> None:
    _rename(site, "陈辰")
    copy = OfficeCopy(tmp_path / "office.json")
    told = read_database_at(database_url(site.file))
    assert told is not None
    copy.keep(told)
    counts = office_that_counts(site.file.file, NOWHERE, copy)
    assert (counts.source, counts.site.consultants[0].name) == (OfficeSource.COPY, "陈辰")
    assert "secret" not in counts.trouble
    assert stat.S_IMODE((tmp_path / "office.json").stat().st_mode) == 0o600


def test_with_the_database_away_and_no_copy_the_file_is_better_than_nothing(site: Office, tmp_path: Path) -> None:
    counts = office_that_counts(site.file.file, NOWHERE, OfficeCopy(tmp_path / "none.json"))
    assert (counts.source, counts.site) == (OfficeSource.FILE, site.file.file)
    assert counts.trouble


def test_a_database_that_is_none_is_away(tmp_path: Path) -> None:
    path = tmp_path / "garbage.db"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(DatabaseAwayError):
        read_database_at(f"sqlite:///{path}")


def test_a_torn_copy_is_no_copy(tmp_path: Path) -> None:
    (tmp_path / "office.json").write_text('{"office": {', encoding="utf-8")
    assert OfficeCopy(tmp_path / "office.json").read() is None


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    copy = OfficeCopy(tmp_path / "office.json")
    told = OnRecord(office={"site": {"name": "甲"}}, plans={"2026-11-24": []})
    copy.keep(told)
    assert copy.read() == told
    assert not (tmp_path / "office.new").exists()


def test_an_office_that_does_not_fit_this_machine_is_refused_with_the_cure(site: Office) -> None:
    site.in_the_file('mode = "private"', 'mode = "existing"\nami = { secret_file = "ami.secret" }')
    secret = site.config.with_name("ami.secret")
    secret.write_text("word", encoding="utf-8")
    secret.chmod(0o600)
    site.in_the_file('contact = "sip:c@127.0.0.1:5093"', 'dial = "PJSIP/103"')
    site.in_the_file('contact = "sip:d@127.0.0.1:5094"', 'dial = "PJSIP/104"')
    with pytest.raises(MisfitError, match="config apply"):
        refuse_misfits(site.place)


def test_names_are_the_databases_also_of_who_left(site: Office) -> None:
    _rename(site, "陈辰")
    site.on_a_page(lambda office: [office["consultant"].pop("D"), office["plan"].clear()])
    assert site.place.names == {"A": "陈辰", "B": "李丽", "C": "王伟", "D": "赵敏"}


def test_a_running_service_reads_secrets_anew_and_nothing_else_of_the_machine(site: Office) -> None:
    place = site.place
    site.in_the_file("change-me-101", "another-secret-101")
    site.in_the_file('bind = "127.0.0.1:8080"', 'bind = "127.0.0.1:8081"')
    now = with_new_secrets(place)
    assert now.file.consultants[0].all_phones[0].secret == "another-secret-101"
    assert now.file.web == place.file.web
    site.in_the_file("another-secret-101", "")
    assert with_new_secrets(place) == place
