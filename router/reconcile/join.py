"""One call out of many rows (R24 "One PBX call", "PBX and router").

May live here: what makes rows one call, and whose word counts; nothing about forms or findings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from router.reconcile.closest_pairs import Item, Window, pair_closest
from router.reconcile.rows import PbxRecord, RouterRecord

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_JOIN_US = 30 * 1_000_000
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxCall:
    """What the telephone system knows of one call; `person` is who answered first, `talked` all who answered."""

    row: str
    call_id: str
    number: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    person: str
    talked: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedCall:
    """One call, whoever recorded it. An unanswered one has no person, and nobody talked on it."""

    id: str  # the router's, else the PBX's, else the name of its row
    names: tuple[str, ...]  # the ids by which a form may name it
    arrived_at: datetime
    number: str
    answered: bool
    ended_at: datetime | None
    person: str
    talked: frozenset[str]
    in_pbx: bool
    in_router: bool


def microseconds(moment: datetime) -> int:
    """A moment as a whole number, for exact and quick comparison."""
    return (moment - _EPOCH) // _MICROSECOND


def join(pbx_rows: Iterable[PbxRecord], router_rows: Sequence[RouterRecord]) -> list[JoinedCall]:
    """All calls that either side knows, in order of arrival (ties by id)."""
    pbx_calls = group_pbx(pbx_rows)
    partner = _partners(pbx_calls, router_rows)
    calls = [_both(router, partner[index]) for index, router in enumerate(router_rows) if index in partner]
    calls += [_router_only(router) for index, router in enumerate(router_rows) if index not in partner]
    joined = {id(pbx) for pbx in partner.values()}
    calls += [_pbx_only(pbx) for pbx in pbx_calls if id(pbx) not in joined]
    return sorted(calls, key=lambda call: (call.arrived_at, call.id))


def group_pbx(rows: Iterable[PbxRecord]) -> list[PbxCall]:
    """Rows with the same id are one call; a row without an id is a call of its own."""
    by_id: dict[str, list[PbxRecord]] = defaultdict(list)
    for row in rows:
        by_id[row.call_id or f"\0{row.row}"].append(row)
    return [_one_pbx_call(group) for group in by_id.values()]


def _one_pbx_call(rows: list[PbxRecord]) -> PbxCall:
    rows = sorted(rows, key=lambda row: row.started_at)
    answered = sorted((row for row in rows if row.answered_at), key=lambda row: row.answered_at or _LATEST)
    return PbxCall(
        row=rows[0].row,
        call_id=rows[0].call_id,
        number=next((row.number for row in rows if row.number), ""),
        started_at=rows[0].started_at,
        answered_at=answered[0].answered_at if answered else None,
        ended_at=max((row.ended_at for row in rows if row.ended_at), default=None),
        person=answered[0].answered_by if answered else "",
        talked=frozenset(row.answered_by for row in answered if row.answered_by),
    )


def _partners(pbx_calls: Sequence[PbxCall], routers: Sequence[RouterRecord]) -> dict[int, PbxCall]:
    """The router's row (by index) -> its PBX call: by equal ids first, the rest by number and time."""
    by_id = {pbx.call_id: pbx for pbx in pbx_calls if pbx.call_id}
    partner = {index: by_id[router.call_id] for index, router in enumerate(routers) if router.call_id in by_id}
    joined = {id(pbx) for pbx in partner.values()}
    free_pbx = [pbx for pbx in pbx_calls if pbx.number and id(pbx) not in joined]
    free_router = [index for index, router in enumerate(routers) if router.number and index not in partner]
    pairs = pair_closest(
        [_item(pbx.started_at, pbx.call_id or pbx.row, pbx.number) for pbx in free_pbx],
        [_item(row.arrived_at, row.call_id or row.row, row.number) for row in (routers[i] for i in free_router)],
        Window(from_us=-_JOIN_US, to_us=_JOIN_US),
    )
    return partner | {free_router[right]: free_pbx[left] for left, right in pairs}


def _item(at: datetime, name: str, key: Hashable) -> Item:
    return Item(at_us=microseconds(at), id=name, keys=frozenset((key,)))


def _both(router: RouterRecord, pbx: PbxCall) -> JoinedCall:
    """The router's word counts, and where it is silent the PBX's; whether it was answered is the router's alone."""
    answered = router.answered_at is not None
    person = (router.consultant or pbx.person) if answered else ""
    return JoinedCall(
        id=router.call_id or pbx.call_id or router.row,
        names=tuple(dict.fromkeys(name for name in (router.call_id, pbx.call_id) if name)),
        arrived_at=router.arrived_at,
        number=router.number or pbx.number,
        answered=answered,
        ended_at=router.ended_at or pbx.ended_at,
        person=person,
        talked=_known(person) | pbx.talked if answered else frozenset(),
        in_pbx=True,
        in_router=True,
    )


def _router_only(router: RouterRecord) -> JoinedCall:
    answered = router.answered_at is not None
    person = router.consultant if answered else ""
    return JoinedCall(
        id=router.call_id or router.row,
        names=(router.call_id,) if router.call_id else (),
        arrived_at=router.arrived_at,
        number=router.number,
        answered=answered,
        ended_at=router.ended_at,
        person=person,
        talked=_known(person),
        in_pbx=False,
        in_router=True,
    )


def _pbx_only(pbx: PbxCall) -> JoinedCall:
    return JoinedCall(
        id=pbx.call_id or pbx.row,
        names=(pbx.call_id,) if pbx.call_id else (),
        arrived_at=pbx.started_at,
        number=pbx.number,
        answered=pbx.answered_at is not None,
        ended_at=pbx.ended_at,
        person=pbx.person,
        talked=pbx.talked,
        in_pbx=True,
        in_router=False,
    )


def _known(person: str) -> frozenset[str]:
    return frozenset((person,)) if person else frozenset()
