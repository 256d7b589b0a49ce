"""The web application: made from settings, wired once. May live here: `create_app` and what every page shares.

The server is gunicorn (`hotline web`), never Flask's own. No page talks to Asterisk or to the desk itself: what is
shown comes from the engine's socket and the database, what is done goes to the engine as a request.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import secure
from flask import Flask, Response, redirect, request, send_from_directory, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_wtf import CSRFProtect
from sqlalchemy.orm import scoped_session, sessionmaker

from router.store.database import open_database
from router.web import navigation, shared, words
from router.web.access import LARGEST_FORM
from router.web.account.routes import account_pages
from router.web.acts.routes import act_pages
from router.web.admission import admit_by_the_table
from router.web.api.routes import api
from router.web.api.routes import register as register_api
from router.web.audit.routes import audit_pages
from router.web.board.routes import board_pages
from router.web.callbacks.routes import callback_pages
from router.web.calls.routes import call_pages
from router.web.check.routes import Recheck, check_pages
from router.web.customers.changes import customer_changes
from router.web.customers.routes import customer_pages
from router.web.day.routes import day_pages
from router.web.devices.routes import device_pages
from router.web.erasure.routes import EraseInFiles, erasure_pages
from router.web.failures import register_failures
from router.web.fairness.routes import fairness_pages
from router.web.forms.routes import form_pages
from router.web.language import PageTexts, locale_of, shown_language
from router.web.live import BoardSource, LiveBoard
from router.web.live_settings import LiveSettings
from router.web.me.routes import me_pages
from router.web.notices.routes import notice_pages
from router.web.once import answer_once
from router.web.proxies import believe_proxies
from router.web.security import is_device, secure_the_app
from router.web.settings import WebSettings
from router.web.streams import Streams
from router.web.today import Today

KEPT_BY_BROWSERS = frozenset({"static", "assets", "security.static"})
CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def create_app(
    settings: WebSettings,
    source: BoardSource,
    read: Callable[[], WebSettings] | None = None,
    *,
    recheck: Recheck | None = None,
    erase_in_files: EraseInFiles | None = None,
) -> Flask:
    """The application, ready to be served; `read` gives the settings anew while it runs, `recheck` reconciles a date.

    `erase_in_files` takes numbers out of the PBX's own files; None where these are not ours.

    Zone, language, addresses and secrets are those of the start.
    """
    app = Flask(__name__)
    app.config.update(_flask_settings(settings))
    app.extensions["hotline"] = {"settings": LiveSettings(settings, read), "live": LiveBoard(source), "engine": source}
    app.extensions["hotline"]["recheck"] = recheck
    app.extensions["hotline"]["erase_in_files"] = erase_in_files
    sessions = scoped_session(sessionmaker(open_database(settings.database_url)))
    app.extensions["hotline"]["sessions"] = sessions
    app.extensions["hotline"]["today"] = Today(sessions.session_factory)
    app.extensions["hotline"]["streams"] = Streams(sessions.session_factory)
    believe_proxies(app, settings.proxies)
    admit_by_the_table(app)
    app.teardown_appcontext(lambda _error: sessions.remove())
    PageTexts(app, locale_selector=lambda: session.get("language") or locale_of(settings.language))
    csrf = CSRFProtect(app)
    csrf.exempt(api)  # it knows no cookies, only tokens
    secure_the_app(app, sessions)
    answer_once(app)
    app.register_blueprint(board_pages)
    app.register_blueprint(call_pages)
    app.register_blueprint(form_pages)
    app.register_blueprint(notice_pages)
    app.register_blueprint(day_pages)
    register_api(app)
    app.register_blueprint(fairness_pages)
    app.register_blueprint(act_pages)
    app.register_blueprint(me_pages)
    app.register_blueprint(audit_pages)
    app.register_blueprint(account_pages)
    app.register_blueprint(device_pages)
    app.register_blueprint(erasure_pages)
    app.register_blueprint(check_pages)
    app.register_blueprint(callback_pages)
    app.register_blueprint(customer_pages)
    app.register_blueprint(customer_changes)
    register_failures(app)
    _share(app, settings)
    return app


def _flask_settings(settings: WebSettings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SECURITY_PASSWORD_SALT": settings.password_salt,
        "SESSION_COOKIE_SECURE": settings.https,
        "BABEL_DEFAULT_LOCALE": locale_of(settings.language),
        "BABEL_DEFAULT_TIMEZONE": settings.zone,
        "MAX_CONTENT_LENGTH": LARGEST_FORM,
    }


def _share(app: Flask, settings: WebSettings) -> None:
    headers = secure.Secure.with_default_headers()

    @app.get("/")
    def home() -> ResponseReturnValue:
        return redirect(url_for(navigation.home()))

    @app.post("/language")
    def set_language() -> ResponseReturnValue:
        """Chinese or English, for this browser until it signs out."""
        session["language"] = locale_of(request.form.get("language", ""))
        return redirect(_address_of_ours(request.form.get("back", "")))

    @app.get("/assets/<path:filename>")
    def assets(filename: str) -> ResponseReturnValue:
        return send_from_directory(settings.assets, filename, max_age=86400)

    @app.get("/healthz")
    def healthz() -> ResponseReturnValue:
        return {"status": "ok"}

    @app.context_processor
    def for_every_page() -> dict[str, object]:
        known = shared.settings()
        return {
            "site_name": known.site_name,
            "is_demo": known.is_demo,
            "words": words,
            "names": shared.names(),
            "get_locale": get_locale,
            "shown_language": shown_language,
            "navigation": navigation.navigation,
            "kind_of": shared.kind_of,
            "is_device": is_device,
        }

    app.add_template_filter(shared.local)
    app.add_template_filter(shared.at_ms)
    app.add_template_filter(lambda day, count: day + timedelta(days=count), "days")

    app.after_request(_add_headers(headers))


def _address_of_ours(text: str) -> str:
    """An address on this site, as a browser sent it back; any other is the home page."""
    parts = urlsplit(text)
    is_ours = text.startswith("/") and not parts.scheme and not parts.netloc and "\\" not in text
    return text if is_ours and text.isprintable() else "/"


def _add_headers(headers: secure.Secure) -> Callable[[Response], Response]:
    def add(response: Response) -> Response:
        headers.set_headers(response)
        if request.endpoint not in KEPT_BY_BROWSERS:
            response.headers["Cache-Control"] = "no-store"  # pages hold people's numbers (ASVS 8.2.1)
        if request.path.startswith("/api/"):  # a browser saves it, and never shows it as a page (ASVS 14.4.2)
            response.headers["Content-Disposition"] = 'attachment; filename="api.json"'
        response.headers["Content-Security-Policy"] = CSP  # ours: the library's default allows inline style
        return response

    return add
