"""The instant in which a call opens to everyone: answers around it, and many who answer at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.telephony.phones.incoming import IncomingLeg
from tests.telephony.phones.people import Caller
from tests.up.evidence import Evidence
from tests.up.service import HOTLINE, Service

PATIENCE = 40.0


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Twenty-five consultants; three rings are three seconds."""
    with Service(Path(tmp_path_factory.mktemp("crowd")), size=25, policy="ring_seconds = 1").at_work() as service:
        yield service


def answers_around_three_rings(service: Service, callers: list[Caller], three_rings_seconds: float) -> None:
    """Each call rings at one phone first, and each phone answers within 0.2 s of three rings, before or after."""
    for place, phone in enumerate(service.phone.values()):
        phone.mood = "answers"
        phone.answers_after = three_rings_seconds - 0.2 + 0.4 * (place % 21) / 20
    for caller in callers:
        caller.dials(HOTLINE)
    everybody_talks_with_one(service, callers)
    for phone in service.phone.values():
        phone.mood = "rings"


def everybody_talks_with_one(service: Service, callers: list[Caller]) -> None:
    """No caller is dropped, and none has two consultants."""
    service.world.wait(
        "every caller hears a consultant",
        lambda: all(len(talkers(service, caller)) == 1 and caller.leg.state == "talking" for caller in callers),
        PATIENCE,
    )
    service.until(lambda board: all(call.on_it for call in board.calls), within=PATIENCE)
    service.world.wait(
        "nobody else is on the line",
        lambda: sum(phone.is_talking() for phone in service.phone.values()) == len(callers),
        PATIENCE,
    )
    for caller in callers:
        assert len(talkers(service, caller)) == 1, f"{caller.number} has {talkers(service, caller)}"
        caller.hangs_up()


def talkers(service: Service, caller: Caller) -> list[str]:
    """Who is heard by the caller: so far, and still on the line."""
    heard = caller.leg.voice.heard
    return [
        person
        for person, phone in service.phone.items()
        if any(leg.state == "talking" and heard[leg.voice.says] for leg in phone.legs)
    ]


def test_of_a_hundred_answers_around_three_rings_none_is_dropped(crowded: Service) -> None:
    evidence = Evidence(crowded)
    for batch in range(5):
        crowded.settle()
        callers = [crowded.caller(f"139000{batch}04{number:02}") for number in range(20)]
        answers_around_three_rings(crowded, callers, 3.0)
        crowded.everybody_hangs_up()
    crowded.settle()
    evidence.is_complete()
    answered = [row for row in evidence.log() if row["answerer"]]
    assert len(answered) == len(evidence.log()) == 100
    evidence.close()


def test_at_the_real_three_rings_none_is_dropped_either(tmp_path: Path) -> None:
    with Service(tmp_path, size=8, policy="").at_work() as service:
        evidence = Evidence(service)
        callers = [service.caller(f"1390000050{number}") for number in range(7)]
        answers_around_three_rings(service, callers, 15.0)
        service.everybody_hangs_up()
        service.settle()
        evidence.is_complete()
        evidence.close()


def all_answer(service: Service, callers: list[Caller]) -> Caller:
    """The next call that a dozen phones ring for is answered by all of them in the same instant; whose it was."""
    service.world.wait(
        "a dozen phones ring for a call", lambda: any(len(ringing_for(service, c)) >= 12 for c in callers), PATIENCE
    )
    with service.world.changed:
        caller = max(callers, key=lambda one: len(ringing_for(service, one)))
        for leg in ringing_for(service, caller):
            leg.accept()
    return caller


def ringing_for(service: Service, caller: Caller) -> list[IncomingLeg]:
    """The legs that ring for this caller."""
    legs = [leg for phone in service.phone.values() for leg in phone.legs_that_are("ringing")]
    return [leg for leg in legs if isinstance(leg, IncomingLeg) and leg.shown.number == caller.number]


def test_a_dozen_phones_that_answer_in_the_same_instant_give_one_talk_call_after_call(crowded: Service) -> None:
    crowded.settle()
    evidence = Evidence(crowded)
    for batch in range(2):
        callers = [crowded.caller(f"139000{batch}06{number:02}") for number in range(5)]
        for caller in callers:
            caller.dials(HOTLINE)
        left = list(callers)
        while left:
            left.remove(all_answer(crowded, left))
        everybody_talks_with_one(crowded, callers)
        crowded.everybody_hangs_up()
        crowded.settle()
    evidence.is_complete()
    evidence.close()
