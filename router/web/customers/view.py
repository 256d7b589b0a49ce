"""What the pages of customers ask and show in common. May live here: that, no queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from flask import abort, flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from router.errors import HotlineError
from router.store.customers.queries import CustomerLine, customer_shown
from router.web import shared
from router.web.shown.owning import terms
from router.wire.errors import EngineUnreachableError, RefusedError

REFUSED: Mapping[str, LazyString] = MappingProxyType(
    {
        "a withheld number can't be blocked": lazy_gettext("a withheld number can't be blocked"),
        "a reason is needed: it stands in the record": lazy_gettext("a reason is needed: it stands in the record"),
        "the number is blocked already": lazy_gettext("the number is blocked already"),
        "the number is not blocked": lazy_gettext("the number is not blocked"),
        "that is the same customer": lazy_gettext("that is the same customer"),
        "a customer without a number can't be merged": lazy_gettext("a customer without a number can't be merged"),
        "the second customer is owed a call back": lazy_gettext("the second customer is owed a call back"),
        "the owner must be one of the two": lazy_gettext("the owner must be one of the two"),
    }
)
"""What the record refuses, as `customers.numbers` and `customers.changes` say it, in words of the page."""


def customer_or_404(customer_id: int) -> CustomerLine:
    """The customer, if who is signed in may see them."""
    line = customer_shown(shared.session(), customer_id, terms())
    mine = shared.whose()
    if line is None or not line.numbers or (mine is not None and line.row.owner != mine):
        abort(404)
    return line


@contextmanager
def said() -> Iterator[None]:
    """Say why it was not done, in place of an error."""
    try:
        yield
    except EngineUnreachableError:
        shared.session().rollback()
        flash(_("The router does not answer: nothing was changed. Try again in a minute."), "error")
    except RefusedError as error:
        shared.session().rollback()
        flash(_("The router refuses: %(why)s", why=error.message), "error")
    except HotlineError as error:
        shared.session().rollback()
        flash(_("Not done: %(why)s", why=REFUSED.get(error.message, error.message)), "error")


def have_it_read() -> bool:
    """Have the running engine take over what stands in the database now; False if it does so by itself later."""
    try:
        shared.engine().reread()
    except HotlineError:
        return False
    return True
