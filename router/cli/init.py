"""`hotline init`: a few questions, and a site file that can be used.

May live here: the command and what it writes; the questions are in `questions.py`, the file's text in
`router.config.first_file`. It is checked like any other before it is written; nothing is overwritten unasked.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from router.cli.lines_for_pbx import lines_for_pbx
from router.cli.questions import NotAnsweredError, Questions
from router.config.first_file import Answers, first_file
from router.config.load import SiteFileError, review_site
from router.config.model import PbxMode
from router.errors import ConfigurationError
from router.texts import _

WRITTEN = _("written: %(file)s")
NEXT = _("next: hotline up --config %(file)s --data data --lan")
WORTH_A_LOOK = _("worth a look: %(warning)s")


class FileExistsAlreadyError(ConfigurationError):
    """There is a file of that name."""

    id = "file-exists"


@click.command(name="init")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default=Path("site.toml"))
@click.option("--name", help="Name of the office.")
@click.option("--zone", help="Time zone, such as Asia/Shanghai.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Of pages and messages.")
@click.option("--country", help="Country, such as CN: how numbers are read, how long a ring is.")
@click.option("--area-code", help="Put before local numbers, such as 025; '' for none.")
@click.option("--pbx", type=click.Choice([mode.value for mode in PbxMode]), help="Our own Asterisk, or yours.")
@click.option("--ami", help="Where your PBX's manager interface is, HOST:PORT.")
@click.option(
    "--records", help="Your PBX's own records, such as csv:/var/log/asterisk/cdr-csv/Master.csv; '' for none."
)
@click.option("--trunk", help="Where calls come from: addresses, or a server to register with.")
@click.option("--trunk-user", help="User name at that server.")
@click.option("--trunk-secret-file", help="File with the password there (default: trunk.secret).")
@click.option("--hotline", multiple=True, help="A number that is advertised; may be repeated.")
@click.option("--consultant", multiple=True, help="NAME, NAME=EXTENSION or NAME=PJSIP/101, in order; may be repeated.")
@click.option("--reception", multiple=True, help="The same for the reception group.")
@click.option("--hours", multiple=True, help="A slot such as 09:00-21:00; may be repeated.")
@click.option("--ask/--no-ask", default=None, help="Ask for what is not given (default: in a terminal).")
@click.option("--overwrite", is_flag=True, help="Replace FILE without asking.")
def command(file: Path, ask: bool | None, overwrite: bool, **given: Any) -> None:
    """Ask a few questions and write a site file (site.toml) for `hotline up --config`."""
    questions = Questions(given, sys.stdin.isatty() if ask is None else ask)
    if (
        file.exists()
        and not overwrite
        and not questions.agrees(_("%(file)s exists: replace it?", file=file).render(None))
    ):
        raise FileExistsAlreadyError(_("%(file)s exists", file=file), cure=_("name another file, or say --overwrite"))
    answers = questions.all_answers()
    _write_secrets(answers, questions, file.absolute().parent)
    _write(file, first_file(answers, str(file)))
    click.echo(WRITTEN.fill(file=file).render(None) + "\n" + NEXT.fill(file=file).render(answers.language))


def _write_secrets(answers: Answers, questions: Questions, folder: Path) -> None:
    """The files that the site file names, where they are not there yet; readable by their owner alone."""
    if answers.mode is PbxMode.EXISTING:
        path = folder / answers.ami_secret_file
        secret = f"(as in {path.name})"
        if not path.exists():
            secret = secrets.token_urlsafe(24)
            _write_private(path, secret)
        there = _("for your Asterisk's files, each then reloaded:").render(answers.language)
        click.echo(f"{there}\n\n{lines_for_pbx(answers, secret)}")
    elif answers.registers:
        path = folder / answers.trunk_secret_file
        if not path.exists():
            secret = questions.password(_("Password there").render(None))
            if not secret:
                raise NotAnsweredError(
                    _("%(path)s is missing", path=path), cure=_("write the trunk's password into it, mode 600")
                )
            _write_private(path, secret)


def _write_private(path: Path, secret: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{secret}\n")
    click.echo(WRITTEN.fill(file=path).render(None))


def _write(file: Path, text: str) -> None:
    """Check the text as a site file, then put it there; raises `SiteFileError` and leaves things as they were."""
    draft = file.with_name(f".{file.name}.new")
    draft.write_text(text, encoding="utf-8")
    try:
        review = review_site(draft)
        if review.site is None:
            raise SiteFileError(dataclasses.replace(one, file=file) for one in review.mistakes)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    for warning in review.warnings:
        click.echo(WORTH_A_LOOK.fill(warning=dataclasses.replace(warning, file=file)).render(review.language), err=True)
