"""`hotline explain CALL`: why it rang where it rang, step by step (R17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy.orm import Session

from router.cli.database import session_of
from router.cli.options import place_options
from router.cli.settings import Place, open_place
from router.errors import RequestError
from router.masking import mask
from router.store.calls.explain import explain, in_words_let_ring, summary
from router.store.calls.queries import call_with, trail_of_call
from router.store.calls.rings import rings_of
from router.store.fairness.let_ring_then_took import let_ring_then_took
from router.store.tables.calls import CallRow
from router.texts import Language, _


class UnknownCallError(RequestError):
    """There is no such call on record."""

    id = "unknown-call"


@click.command(name="explain")
@click.argument("call")
@place_options
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the text. [the site's]")
def command(call: str, config: Path | None, data: Path, language: Language | None) -> None:
    """Say why CALL rang where it rang: who was considered, their state then, the rule, the clock.

    CALL is our id or Asterisk's.
    """
    place = open_place(config, data)
    with session_of(place) as session:
        row = call_with(session, call)
        if row is None:
            raise UnknownCallError(
                _("there is no call %(call)s on record", call=f"{call!r}"), cure=_("its id stands on the calls page")
            )
        for line in _lines(session, row, place, language or place.site.site.language):
            click.echo(line)


def _lines(session: Session, row: CallRow, place: Place, language: Language) -> Iterator[str]:
    names = place.names
    trail = trail_of_call(session, row.id)
    three_rings = timedelta(milliseconds=place.site.desk_policy().three_rings_ms)
    number = row.number.number if row.number else ""
    yield f"{row.id} {mask(number or '')} {row.hotline or ''}"
    yield summary(row, rings_of(trail, three_rings), names, language)
    for sign in let_ring_then_took(session, {row.id: trail}, three_rings=three_rings):
        yield in_words_let_ring(sign.person, sign.let_go, sign.how, names, language)
    for step in explain(trail, names, language):
        at = step.at.astimezone(place.site.zone).strftime("%H:%M:%S.%f")[:-3]
        yield f"{at} {step.clock:>9}  {step.text}  {' '.join(step.rules)}"
        for seen in step.seen:
            yield f"{'':24}{seen.sheet} {seen.place} {seen.person} {seen.turn} · {seen.state}"
