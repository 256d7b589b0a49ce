"""What the pages of customers ask and show in common. May live here: that, no queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import abort, flash
from flask_babel import gettext as _

from router.errors import HotlineError
from router.store.customers.queries import CustomerLine, customer_shown
from router.web import shared
from router.web.shown.owning import terms
from router.web.shown.refusals import in_words
from router.wire.errors import EngineUnreachableError, RefusedError


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
        flash(_("The router refuses: %(why)s", why=in_words(error)), "error")
    except HotlineError as error:
        shared.session().rollback()
        flash(_("Not done: %(why)s", why=in_words(error)), "error")


def have_it_read() -> bool:
    """Have the running engine take over what stands in the database now; False if it does so by itself later."""
    try:
        shared.engine().reread()
    except HotlineError:
        return False
    return True
