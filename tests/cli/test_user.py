"""`hotline user`: a new password ends every session; two who reset at once don't each believe in theirs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from router.cli.accounts import prepare_database
from router.cli.database import database_of
from router.cli.main import cli
from router.cli.settings import Place, open_place, web_settings
from router.desk_client.client import EngineClient
from router.store.people.accounts import AccountError, account_of, set_password
from router.web.app import create_app
from tests.web.test_board import _sign_in

SITE = '[site]\nname = "锦绣江南"\n[[consultant]]\nid = "li"\nname = "李丽"\nphone = { account = "101" }\n'


@pytest.fixture
def place(tmp_path: Path) -> tuple[Place, dict[str, str]]:
    """An office just set up, and the passwords that were shown."""
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    made = open_place(tmp_path / "site.toml", tmp_path / "data")
    made.folder.make()
    return made, prepare_database(made, tmp_path)


def hotline(place: Place, *words: str) -> str:
    options = ("--config", str(place.config), "--data", str(place.folder.path))
    result = CliRunner().invoke(cli, [*words, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def browser(place: Place, tmp_path: Path) -> FlaskClient:
    return create_app(web_settings(place, tmp_path), EngineClient(place.folder.socket)).test_client()


def test_a_reset_ends_every_session_and_its_password_must_be_changed(
    place: tuple[Place, dict[str, str]], tmp_path: Path
) -> None:
    office, shown = place
    client = browser(office, tmp_path)
    name = next(name for name in shown if "super" in name or name == "zhuguan")
    assert _sign_in(client, name, shown[name]) == 302
    assert client.get("/board").headers["Location"] == "/change"
    assert f"{name} " in hotline(office, "user", "list")
    told = hotline(office, "user", "reset", name.upper())
    assert "sessions that ended: 1" in told
    assert "/login" in client.get("/board").headers["Location"]
    assert _sign_in(client, name, shown[name]) == 200
    found = re.search(rf"{name}: (\S{{12,}})", told)
    assert found is not None
    assert _sign_in(client, name, found[1]) == 302
    assert client.get("/board").headers["Location"] == "/change"


def test_who_waits_after_wrong_passwords_may_try_again_at_once(
    place: tuple[Place, dict[str, str]], tmp_path: Path
) -> None:
    office, shown = place
    client, name = browser(office, tmp_path), next(iter(shown))
    for _ in range(9):
        _sign_in(client, name, "wrong")
    assert _sign_in(client, name, shown[name]) == 200
    hotline(office, "user", "unlock", name)
    assert _sign_in(client, name, shown[name]) == 302


def test_of_two_who_reset_at_once_one_is_told(place: tuple[Place, dict[str, str]]) -> None:
    office, shown = place
    name, now = next(iter(shown)), datetime.now(UTC)
    with database_of(office) as database, Session(database) as one, Session(database) as other:
        other.expire_on_commit = False
        mine, theirs = account_of(one, name), account_of(other, name)
        other.commit()
        set_password(one, mine, "hash-1", now=now)
        one.commit()
        with pytest.raises(AccountError, match="somebody else"):
            set_password(other, theirs, "hash-2", now=now)


def test_a_user_that_there_is_not_is_told(place: tuple[Place, dict[str, str]]) -> None:
    office, _shown = place
    options = ["--config", str(office.config), "--data", str(office.folder.path)]
    with pytest.raises(AccountError, match="no user nobody"):
        CliRunner().invoke(cli, ["user", "reset", "nobody", *options], catch_exceptions=False)
