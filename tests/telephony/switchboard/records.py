"""After each scene: what Asterisk recorded by itself is what the switchboard told. May live here: that comparison."""

from __future__ import annotations

from router.core.inputs import Answered, CallArrived, HandedOver, HungUp, Taken
from router.core.words import CallId
from router.telephony.records import PbxCall
from tests.telephony.records.book import Book
from tests.telephony.switchboard.scene import Scene


def agrees(book: Book, scene: Scene) -> None:
    """Each call that arrived is one recorded call with its number and those who talked; no other call is recorded."""
    uniqueids = set()
    for letter in scene.letters.of(CallArrived):
        call = getattr(letter.input, "call", CallId(""))
        recorded = book.waits_for(letter.facts["uniqueid"])
        uniqueids.add(letter.facts["uniqueid"])
        assert recorded.call.number == scene.normal(letter.facts["number"]), call
        if not scene.at_the_answer:
            _same_people(scene, call, recorded.call)
        _same_end(scene, call, recorded.ended_by)
    others = set(book.calls()) - book.accounted - uniqueids
    assert scene.has_died or not others
    assert scene.dialled_out or not book.calls_out() - book.accounted, "a phone that was rung is no call out"
    book.accounted.update(book.calls(), book.calls_out())


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
    return {one.person for one in spoke if one.call == call}


def _same_end(scene: Scene, call: CallId, ended_by: str) -> None:
    """R19: where both know who hung up first, they say the same."""
    for letter in scene.letters.of(HungUp, call=call):
        said = letter.facts.get("ended_by", "")
        assert not (said and ended_by) or said == ended_by, (call, said, ended_by)
