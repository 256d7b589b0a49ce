"""What was asked in a form of the acts pages. May live here: reading requests, and moves in an order being edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from router.desk_client.acts import Wish
from router.web.words import why_from


def wish_from(values: Mapping[str, str], kind: str, by: str) -> Wish:
    """What somebody wants, as the form says it."""
    return Wish(
        kind=kind,
        person=values.get("person", ""),
        group=values.get("group", ""),
        presence=values.get("presence", ""),
        until=values.get("until", ""),
        order=order_from(values.get("order", "")),
        by=by,
        why=why_from(values),
        version=values.get("version", ""),
        undoes=values.get("undoes", ""),
    )


def order_from(text: str) -> tuple[str, ...]:
    """An order as the page carries it: ids with commas."""
    return tuple(person for person in text.split(",") if person)


def moved(order: Sequence[str], move: str) -> tuple[str, ...]:
    """The order after a button: `B:up`, `B:down`, `B:out`, `B:in`; anything else changes nothing."""
    person, _colon, way = move.rpartition(":")
    people = list(order)
    if way == "in" and person not in people:
        return (*people, person)
    if person not in people:
        return tuple(people)
    place = people.index(person)
    people.remove(person)
    if way != "out":
        step = {"up": -1, "down": 1}.get(way, 0)
        people.insert(max(0, place + step), person)
    return tuple(people)
