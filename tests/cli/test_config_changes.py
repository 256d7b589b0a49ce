"""`hotline config diff|apply`: the file's changes are applied, and nothing edited on a page is overwritten silently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from router.cli.config import command
from router.cli.settings import open_place
from router.store.office.queries import applied_file
from router.store.tables.office import SiteChangeRow
from router.store.tables.users import User
from tests.cli.place import Office


def _set(**values: Any) -> Any:
    """Sets policy values in an office."""
    return lambda office: office["policy"].update(values)


def test_a_file_that_was_not_changed_is_equal(site: Office) -> None:
    result = site.run(command, "diff")
    assert result.exit_code == 0, result.output
    assert "一致" in result.output


def test_the_files_change_is_shown_applied_and_gone(site: Office) -> None:
    site.in_the_file('makeup = "round"', 'makeup = "carry"')
    shown = site.run(command, "diff")
    assert shown.exit_code == 1
    assert "policy.makeup\n    文件: carry\n    数据库: round" in shown.output
    assert site.place.site.policy.makeup == "round"
    applied = site.run(command, "apply")
    assert applied.exit_code == 0, applied.output
    assert "已应用 policy.makeup：round → carry" in applied.output
    assert "下次启动生效" in applied.output
    assert site.place.site.policy.makeup == "carry"
    assert site.run(command, "diff").exit_code == 0


def test_who_applied_what_is_on_record(site: Office) -> None:
    site.in_the_file('makeup = "round"', 'makeup = "carry"')
    site.run(command, "apply")
    with site.session() as session:
        change = session.scalars(select(SiteChangeRow)).one()
        assert (change.key, change.source, change.before, change.after) == (
            "policy.makeup",
            "file",
            ["round"],
            ["carry"],
        )
        applied = applied_file(session)
        assert applied is not None
        assert change.by == applied.by != ""
        assert applied.office["policy"]["makeup"] == "carry"


def test_a_page_edit_is_shown_with_who_and_when_and_stays(site: Office) -> None:
    site.on_a_page(_set(rings=5))
    shown = site.run(command, "diff")
    assert shown.exit_code == 1
    assert "policy.rings" in shown.output
    assert "由 zhang 改（page）" in shown.output
    assert "没有要应用的改动" in site.run(command, "apply").output
    assert site.place.site.policy.rings == 5


def test_what_both_changed_is_refused_whole_until_somebody_says_which_counts(site: Office) -> None:
    site.on_a_page(_set(form_minutes=20.0))
    site.in_the_file("form_minutes = 30", "form_minutes = 45")
    site.in_the_file('makeup = "round"', 'makeup = "carry"')
    refused = site.run(command, "apply")
    assert refused.exit_code == 1
    assert "policy.form_minutes" in refused.stderr
    assert "上次应用: 30" in refused.output
    assert (site.place.site.policy.form_minutes, site.place.site.policy.makeup) == (20, "round")
    taken = site.run(command, "apply", "--overwrite", "policy.form_minutes")
    assert taken.exit_code == 0, taken.output
    assert (site.place.site.policy.form_minutes, site.place.site.policy.makeup) == (45, "carry")
    assert site.run(command, "diff").exit_code == 0


def test_overwrite_all_takes_the_file_for_what_both_changed_and_leaves_what_a_page_alone_did(site: Office) -> None:
    site.on_a_page(_set(form_minutes=20.0, rings=5))
    site.in_the_file("form_minutes = 30", "form_minutes = 45")
    assert site.run(command, "apply", "--overwrite-all").exit_code == 0
    assert (site.place.site.policy.form_minutes, site.place.site.policy.rings) == (45, 5)


def test_a_page_edit_named_for_overwriting_goes_back_to_the_file(site: Office) -> None:
    site.on_a_page(_set(rings=5))
    assert site.run(command, "apply", "--overwrite", "policy.rings").exit_code == 0
    assert site.place.site.policy.rings == 3


def test_a_key_that_does_not_differ_is_not_overwritten(site: Office) -> None:
    result = site.run(command, "apply", "--overwrite", "policy.rinks")
    assert "policy.rinks" in str(result.exception)


def test_writing_the_pages_value_into_the_file_settles_it(site: Office) -> None:
    site.on_a_page(_set(form_minutes=20.0))
    site.in_the_file("form_minutes = 30", "form_minutes = 20")
    assert site.run(command, "diff").exit_code == 0


def test_people_come_and_go_by_the_file(site: Office) -> None:
    phone = '[[consultant]]\nid = "E"\nname = "周凯"\nphone = { account = "109" }\n[[user]]\nusername = "zhou"\n'
    site.in_the_file("[presence]", f'{phone}role = "consultant"\nconsultant = "E"\n[presence]')
    result = site.run(command, "apply")
    assert result.exit_code == 0, result.output
    assert [one.id for one in site.place.site.consultants] == ["A", "B", "C", "D", "E"]
    assert "登录 zhou / " in result.output
    with site.session() as session:
        users = session.scalars(select(User).where(User.active)).unique().all()
        assert [(user.username, user.password is None) for user in users] == [("zhou", False)]


def test_what_would_not_fit_together_is_not_applied(site: Office) -> None:
    mobile = [{"mobile": "13900000101", "trunk": "carrier", "confirm": True}]
    site.on_a_page(lambda office: office["consultant"]["B"].update(phones=mobile))
    site.in_the_file('name = "carrier"', 'name = "telecom"')
    site.in_the_file('trunk = "carrier"', 'trunk = "telecom"')
    result = site.run(command, "apply")
    assert "does not fit" in str(result.exception)
    assert "carrier" in str(result.exception)
    with site.session() as session:
        assert session.scalars(select(SiteChangeRow).where(SiteChangeRow.source == "file")).all() == []


def test_a_file_that_can_not_be_read_changes_nothing(site: Office) -> None:
    site.in_the_file("form_minutes = 30", 'form_minutes = "soon"')
    result = site.run(command, "apply")
    assert result.exit_code == 1
    assert "form_minutes" in str(result.exception)


def test_a_setting_is_explained_with_what_counts_here(site: Office) -> None:
    site.on_a_page(_set(rings=5))
    assert "现在是 5（数据库）" in site.run(command, "explain", "policy.rings").output
    assert "始终以文件为准" in site.run(command, "explain", "web.bind").output
    assert "以数据库为准" in site.run(command, "explain", "consultant.name").output


def test_a_database_that_was_never_filled_says_what_to_do(tmp_path: Any) -> None:
    made = Office(tmp_path)
    result = made.run(command, "diff")
    assert "hotline up" in str(result.exception)
    assert open_place(made.config, made.data).source == "file"
