"""Sign-ins that failed: the next one waits, longer each time and never for ever; nobody locks others out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from router.store.people.sessions import begin_session
from router.store.people.tries import begin_try, forget_tries, try_of, was_right
from router.store.tables.users import User

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
HERE, THERE = "192.168.1.20", "203.0.113.7"


def tries(session: Session, name: str, at: datetime, address: str = HERE, *, right: bool = False) -> timedelta:
    """One try to sign in; how long it has to wait, none if it may."""
    one = try_of(session, name, address, secret="s", now=at)
    wait = begin_try(session, one, at)
    if right and not wait:
        was_right(session, one)
        session.commit()
    return wait


def test_eight_are_free_then_each_wait_is_twice_as_long_and_none_over_fifteen_minutes(
    ask: Callable[[], Session],
) -> None:
    session, at, waits = ask(), NOW, []
    for _ in range(8):
        assert not tries(session, "li", at)
    for _ in range(8):
        waits.append(tries(session, "li", at))
        at += waits[-1]
        assert not tries(session, "li", at), "after the wait one may"
    seconds = [round(wait.total_seconds()) for wait in waits]
    assert seconds[:5] == [30, 60, 120, 240, 480]
    assert max(seconds) == 900
    assert tries(session, "li", at + timedelta(hours=3)) == timedelta()


def test_a_right_one_begins_anew(ask: Callable[[], Session]) -> None:
    session = ask()
    for _ in range(3):
        for _ in range(7):
            assert not tries(session, "li", NOW)
        assert not tries(session, "Li ", NOW, right=True)


def test_who_guesses_from_elsewhere_keeps_nobody_out_of_where_they_always_sign_in(ask: Callable[[], Session]) -> None:
    session = ask()
    user = User(site_id=1, username="li", fs_uniquifier="li", active=True)
    session.add(user)
    begin_session(session, user, now=NOW, address=HERE, browser="")
    session.commit()
    for number in range(100):
        tries(session, "li", NOW, f"198.51.100.{number}")
    assert tries(session, "li", NOW, THERE)
    assert not tries(session, "li", NOW, HERE)


def test_one_address_may_not_go_through_all_names(ask: Callable[[], Session]) -> None:
    session = ask()
    for number in range(40):
        assert not tries(session, f"user{number}", NOW)
    assert tries(session, "user99", NOW)
    assert not tries(session, "user99", NOW, THERE)
    for number in range(40):
        tries(session, f"user{number}", NOW, f"2001:db8::{number:x}")
    assert tries(session, "other", NOW, "2001:db8::ffff"), "who has one IPv6 address has all of its network"


def test_a_name_that_nobody_has_waits_like_any_other(ask: Callable[[], Session]) -> None:
    session = ask()
    waits = [tries(session, "nobody-of-that-name", NOW) for _ in range(9)]
    assert [bool(wait) for wait in waits] == [False] * 8 + [True]


def test_a_clock_that_is_set_back_keeps_nobody_waiting_for_it(ask: Callable[[], Session]) -> None:
    session = ask()
    for _ in range(9):
        tries(session, "li", NOW)
    back = NOW - timedelta(hours=8)
    assert tries(session, "li", back) <= timedelta(seconds=30)
    assert not tries(session, "li", back + timedelta(seconds=31))


def test_the_administrator_lets_somebody_try_again(ask: Callable[[], Session]) -> None:
    session = ask()
    for _ in range(9):
        tries(session, "li", NOW)
        tries(session, "chen", NOW)
    forget_tries(session, "LI", secret="s")
    session.commit()
    assert not tries(session, "li", NOW)
    assert tries(session, "chen", NOW)


def test_many_at_once_are_counted_as_many(database: Engine) -> None:
    let: list[bool] = []

    def one() -> None:
        with Session(database) as session:
            let.append(not tries(session, "li", NOW))

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(let), sum(let)) == (16, 8)
