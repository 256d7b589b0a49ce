"""File, database, and the file as it was applied: who changed what, and what applying makes of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.config.changes import ABSENT, Side, differences, settled
from router.config.load import load_site
from router.config.model import Site
from router.config.office import file_office, first_users, is_office, plain_office, with_office
from tests.config.changed import SITE

BASE = plain_office(load_site(SITE))


def _with(**changes: Any) -> dict[str, Any]:
    """The example office with values at dotted paths, written with `__`; ABSENT takes away."""
    office = copy.deepcopy(BASE)
    for path, value in changes.items():
        *names, last = path.split("__")
        where = office
        for name in names:
            where = where[name]
        if value is ABSENT:
            del where[last]
        else:
            where[last] = value
    return office


def _found(file: dict[str, Any], database: dict[str, Any], before: dict[str, Any] | None = BASE) -> dict[str, Side]:
    return {one.key: one.changed_in for one in differences(file, database, before)}


def test_the_office_of_a_site_makes_the_same_site_again() -> None:
    site = load_site(SITE)
    assert with_office(site, BASE) == site


def test_equal_offices_do_not_differ() -> None:
    assert _found(BASE, copy.deepcopy(BASE)) == {}


def test_a_change_of_the_file_a_page_or_both_is_told_apart() -> None:
    file = _with(policy__rings=4, policy__makeup="carry", consultant__A__name="陈辰")
    database = _with(policy__makeup="carry", policy__form_minutes=20.0, consultant__A__name="陈晨晨")
    assert _found(file, database) == {
        "policy.rings": Side.FILE,
        "policy.form_minutes": Side.PAGE,
        "consultant.A.name": Side.BOTH,
    }


def test_different_fields_of_one_person_may_be_changed_in_both() -> None:
    file, database = _with(consultant__A__extension="201"), _with(consultant__A__name="陈辰")
    assert _found(file, database) == {"consultant.A.extension": Side.FILE, "consultant.A.name": Side.PAGE}


def test_somebody_new_and_somebody_gone_are_compared_as_a_whole() -> None:
    new = {"name": "周凯", "extension": None, "phones": [{"account": "109"}]}
    file, database = _with(consultant__E=new, consultant__D=ABSENT), BASE
    assert _found(file, database) == {"consultant.E": Side.FILE, "consultant.D": Side.FILE}
    assert _found(BASE, file) == {"consultant.E": Side.PAGE, "consultant.D": Side.PAGE}


def test_gone_from_the_file_and_changed_on_a_page_is_a_conflict() -> None:
    assert _found(_with(consultant__D=ABSENT), _with(consultant__D__name="x")) == {"consultant.D": Side.BOTH}


def test_without_a_record_of_what_was_applied_nothing_is_taken_for_granted() -> None:
    assert _found(_with(policy__rings=4), BASE, None) == {"policy.rings": Side.BOTH}


@pytest.mark.parametrize(
    ("file", "database"),
    [
        (_with(policy__rings=4, consultant__D=ABSENT), _with(policy__makeup="carry")),
        (_with(plan__daily=ABSENT), BASE),
        (BASE, _with(consultant__A=ABSENT, site__name="x")),
    ],
)
def test_settling_every_difference_gives_the_files_office(file: dict[str, Any], database: dict[str, Any]) -> None:
    before = copy.deepcopy(database)
    assert settled(database, differences(file, database, BASE)) == file
    assert database == before


def test_settling_some_leaves_the_others() -> None:
    file, database = _with(policy__rings=4, policy__makeup="carry"), _with(site__name="x")
    taken = [one for one in differences(file, database, BASE) if one.key == "policy.rings"]
    assert settled(database, taken) == _with(policy__rings=4, site__name="x")


STATES = st.sampled_from(["as applied", "file", "page", "both", "both alike"])
KEYS = ("policy.rings", "policy.lapse_days", "site.name", "consultant.A.name", "consultant.B.name", "plan.daily.slots")


def _in(office: dict[str, Any], key: str, value: Any) -> None:
    *names, last = key.split(".")
    for name in names:
        office = office[name]
    office[last] = value


@given(st.fixed_dictionaries(dict.fromkeys(KEYS, STATES)))
def test_applying_takes_what_the_file_alone_changed_and_nothing_else(states: dict[str, str]) -> None:
    file, database = copy.deepcopy(BASE), copy.deepcopy(BASE)
    for key, state in states.items():
        if state in ("file", "both", "both alike"):
            _in(file, key, f"{key} by the file")
        if state in ("page", "both"):
            _in(database, key, f"{key} by a page")
        if state == "both alike":
            _in(database, key, f"{key} by the file")
    found = differences(file, database, BASE)
    sides = {"file": Side.FILE, "page": Side.PAGE, "both": Side.BOTH}
    assert {one.key: one.changed_in for one in found} == {
        key: sides[state] for key, state in states.items() if state in sides
    }
    after = settled(database, [one for one in found if one.changed_in is Side.FILE])
    wanted = copy.deepcopy(database)
    for key, state in states.items():
        if state == "file":
            _in(wanted, key, f"{key} by the file")
    assert after == wanted
    left = {one.key: one.changed_in for one in differences(file, after, file)}
    assert left == {key: Side.PAGE for key, state in states.items() if state in ("page", "both")}


def test_the_machine_is_the_files_and_the_office_the_databases() -> None:
    file = load_site(SITE)
    site = with_office(file, _with(policy__rings=4, site__name="别的名字", consultant__B=ABSENT, reconcile__at="22:00"))
    assert (site.site.name, site.policy.rings, site.reconcile.at) == ("别的名字", 4, 22 * 60)
    assert (site.web, site.pbx, site.store, site.trunks) == (file.web, file.pbx, file.store, file.trunks)
    assert site.reconcile.pbx == file.reconcile.pbx
    assert [one.id for one in site.consultants] == ["A", "C", "D"]


def test_secrets_are_in_the_file_alone_and_go_with_their_account() -> None:
    assert "secret" not in str(BASE)
    phones = _with(consultant__C__phones=[{"account": "101"}], consultant__A__phones=[{"account": "109"}])
    site = with_office(load_site(SITE), phones)
    assert {one.id: one.phone.secret for one in site.consultants if one.phone} == {
        "A": None,
        "B": "change-me-102",
        "C": "change-me-101",
        "D": None,
    }


def test_every_setting_is_somebodys() -> None:
    ours = ("policy.rings", "site.name", "consultant.phone", "plan.slots", "hotline.media", "user.role", "reconcile.at")
    theirs = ("web.bind", "pbx.mode", "store.url", "trunk.match", "reconcile.pbx", "reconcile.columns.table")
    assert all(is_office(name) for name in ours)
    assert not any(is_office(name) for name in theirs)
    assert not is_office("consultant.phone.secret")


def test_a_file_without_users_says_nothing_of_them() -> None:
    site = Site.model_validate({"consultant": [{"id": "A", "name": "陈晨", "phone": {"account": "101"}}]})
    made = plain_office(site.model_copy(update={"users": first_users(site)}))
    assert [one.consultant for one in first_users(site)] == [None, None, None, "A", None]
    assert file_office(site, made) == made


def test_a_number_on_two_trunks_is_two_numbers() -> None:
    lines = [{"number": "400", "trunk": trunk, "name": trunk} for trunk in ("a", "b")]
    office = plain_office(Site.model_validate({"hotline": lines}))
    assert set(office["hotline"]) == {"400@a", "400@b"}
    assert [one.name for one in with_office(Site(), office).hotlines] == ["a", "b"]
