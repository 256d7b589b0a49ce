"""After each scene: what Asterisk recorded by itself is what the switchboard told. May live here: that comparison."""

from __future__ import annotations

from router.core.inputs import Answered, CallArrived, Contacted, HandedOver, HungUp, Taken
from router.core.words import CallId
from router.store.follow.events import FactKind
from router.telephony.records import PbxCall
from tests.telephony.records.book import Book
from tests.telephony.switchboard.scene import Scene


def agrees(book: Book, scene: Scene) -> None:
    """Each call that arrived is one recorded call with its number and those who talked; no other call is recorded."""
    arrived = {letter.facts["uniqueid"]: letter for letter in scene.letters.of(CallArrived)}
    recorded = book.waits_for_all(arrived)
    calls, rows, before = book.new_calls(), book.new_rows(), set(book.accounted)
    book.account(rows)
    for uniqueid, letter in arrived.items():
        call = getattr(letter.input, "call", CallId(""))
        found = recorded[uniqueid]
        assert found.call.number == scene.normal(letter.facts.get("number", "")), call
        if not scene.at_the_answer:
            _same_people(scene, call, found.call)
        _same_end(scene, call, found.ended_by)
    others = [call for uniqueid, call in calls.items() if uniqueid not in before | set(arrived)]
    assert scene.has_died or not others, others
    rung = [row for row in rows if row.direction == "out" and row.call_id not in before]
    assert scene.dialled_out or not rung, [vars(row) for row in rung]


def _same_people(scene: Scene, call: CallId, recorded: PbxCall) -> None:
    talked = _talked(scene, call)
    assert talked <= recorded.talked, (call, talked, recorded)
    if not scene.has_died:
        assert recorded.talked <= talked, (call, talked, recorded)
        assert (recorded.answered_at is None) == (not talked), (call, recorded)


def _talked(scene: Scene, call: CallId) -> set[str]:
    """Everybody whom the switchboard told of as having been on the call."""
    facts = [letter.input for letter in scene.letters.all]
    spoke = [one for one in facts if isinstance(one, Answered | HandedOver) or (isinstance(one, Taken) and one.fact)]
    on_duty = {fact.person for fact in scene.facts if (fact.what, fact.call) == (FactKind.DUTY, call)}
    late = {one.input.person for one in scene.letters.of(Contacted) if one.facts.get("late") == call}  # type: ignore[union-attr]
    return {one.person for one in spoke if one.call == call} | on_duty | late


def _same_end(scene: Scene, call: CallId, ended_by: str) -> None:
    """R19: where both know who hung up first, they say the same."""
    for letter in scene.letters.of(HungUp, call=call):
        said = letter.facts.get("ended_by", "")
        assert not (said and ended_by) or said == ended_by, (call, said, ended_by)
