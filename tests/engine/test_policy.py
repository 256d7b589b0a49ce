"""The policy changes in the middle of the day: the next call goes by it, and a recovery comes to the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from router.core import inputs
from router.core.actions import Ring
from router.core.policy import PRESENCE, Policy
from router.core.words import CallState, Kind
from tests.engine.office import CHEN, LI, WANG, TestOffice, office

LUNCH = Policy(presence=MappingProxyType({**PRESENCE, "lunch": Kind.OBJECTIVE}))


def _change(made: TestOffice, policy: Policy) -> int:
    done = made.mailbox.change_rules(policy, made.keeper.rules)
    made.work()
    return done.result(0)


def _rung_by(made: TestOffice) -> list[str]:
    return [person for action in made.phones.asked if isinstance(action, Ring) for person in action.people]


def test_the_next_call_opens_after_the_new_number_of_rings(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        _change(made, Policy(rings=2))
        call = made.call_comes("c1")
        made.tell(inputs.PhoneRang(call=call, person=CHEN), at=1_000)
        made.tell(inputs.Tick(), at=10_999)
        assert made.desk.office.calls[call].state is CallState.RINGING
        made.tell(inputs.Tick(), at=11_000)
        assert made.desk.office.calls[call].state is CallState.OPEN
        assert _rung_by(made) == [CHEN, LI, WANG]


def test_a_changed_policy_is_recovered_from_the_journal_with_what_came_before_and_after(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        call = made.call_comes("c1")
        made.tell(inputs.PhoneRang(call=call, person=CHEN), at=1_000)
        made.now = 5_000
        _change(made, Policy(rings=2))
        made.tell(inputs.Tick(), at=12_000)
        made.engine.close()
        before = made.desk.office
    with office(tmp_path, Policy(rings=2), now=12_000) as again:
        again.journal._db.execute("DELETE FROM event WHERE kind = 'snapshot'")
        assert again.desk.office == before


def test_the_same_policy_again_writes_nothing(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.open_slot()
        assert _change(made, Policy()) == made.journal.last_seq
        last = made.journal.last_seq
        assert _change(made, Policy()) == last


def test_who_is_in_a_presence_that_the_new_policy_does_not_know_is_off(tmp_path: Path) -> None:
    with office(tmp_path, LUNCH) as made:
        made.open_slot()
        made.tell(inputs.PresenceChanged(person=CHEN, presence="lunch"))
        _change(made, replace(LUNCH, presence=PRESENCE))
        assert made.desk.office.people[CHEN].presence == "off"
        made.call_comes("c1")
        assert _rung_by(made) == [LI]


def test_a_restart_under_a_policy_without_that_presence_is_survived_too(tmp_path: Path) -> None:
    with office(tmp_path, LUNCH) as made:
        made.open_slot()
        made.tell(inputs.PresenceChanged(person=CHEN, presence="lunch"))
    with office(tmp_path, Policy()) as again:
        again.call_comes("c1")
        assert _rung_by(again) == [LI]
