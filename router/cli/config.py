"""`hotline config`: checks a site file, shows and explains settings, holds the file against the database.

May live here: these commands and what they print; what differs and may be applied is `site_changes`' matter.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from router.cli.accounts import give_passwords, who
from router.cli.options import place_options
from router.cli.settings import Place, open_file, open_place
from router.cli.site_changes import ConflictError, apply_file, chosen, compare, opened
from router.cli.site_texts import lines_of, said, shown_value
from router.cli.take_over import have_taken_over
from router.config.drawing import commented_file, explained
from router.config.load import Review, review_site
from router.config.office import is_office, plain_office
from router.config.settings import SECTIONS
from router.errors import ConfigurationError
from router.store.office.changes import lock_office
from router.store.office.queries import change_of
from router.texts import _, _n
from router.web import assets

WARNING = _("worth a look: %(warning)s")
MISTAKES = _("%(count)s to mend")
ALL_RIGHT = _("%(file)s: %(name)s: %(people)s, %(hotlines)s, %(plans)s: all right")


@click.group(name="config")
def command() -> None:
    """The site file: check it, or see every setting."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check a site FILE: every mistake with its line and cure, and what is worth a look. Nothing is started.

    Exit status: 0 it can be used, 2 it can't.
    """
    review = review_site(file)
    for mistake in review.mistakes:
        click.echo(str(mistake), err=True)
    for warning in review.warnings:
        click.echo(WARNING.fill(warning=warning).render(review.language), err=True)
    if review.site is None:
        click.echo(MISTAKES.fill(count=len(review.mistakes)).render(review.language), err=True)
        raise SystemExit(2)
    _tell(file, review)


def _tell(file: Path, review: Review) -> None:
    site = review.site
    if site is not None:
        counts = {
            "people": _n("%(num)s consultant", "%(num)s consultants", len(site.consultants)),
            "hotlines": _n("%(num)s hotline number", "%(num)s hotline numbers", len(site.hotlines)),
            "plans": _n("%(num)s standing plan", "%(num)s standing plans", len(site.plans)),
        }
        click.echo(ALL_RIGHT.fill(file=file, name=site.site.name, **counts).render(site.site.language))


@command.command()
def defaults() -> None:
    """Print every setting with its default, commented out: the beginning of a site file."""
    click.echo(commented_file(), nl=False)


@command.command()
@click.argument("name")
@place_options
def explain(name: str, config: Path | None, data: Path) -> None:
    """Tell about one setting, such as policy.rings, or about a table, such as policy; and what counts here.

    The office's settings are the database's once it was filled; the machine's are always the file's.
    """
    text = explained(name)
    if text is None:
        tables = ", ".join(section.name for section in SECTIONS)
        raise ConfigurationError(
            _("there is no setting %(name)s", name=name),
            cure=_("tables: %(tables)s; hotline config defaults", tables=tables),
        )
    click.echo(text)
    if config is not None or (data / "hotline.db").exists():
        click.echo(_in_effect(name, open_place(config, data)))


def _in_effect(name: str, place: Place) -> str:
    """What counts for a setting of a single table, and who says so."""
    office = plain_office(place.site)
    table, _, field = name.partition(".")
    language = place.site.site.language
    if not is_office(name):
        return said("machine", language)
    if table not in office or field not in office[table]:
        return said("office", language)
    return said("counts", language, value=shown_value(office[table][field]), source=said(place.source, language))


@command.command()
@place_options
def diff(config: Path | None, data: Path) -> None:
    """Show how the site file and the database differ: what each says, and what was changed on a page, by whom.

    Exit status: 0 they are equal, 1 they differ, 2 something can't be read.
    """
    place = open_file(config, data)
    with opened(place) as session:
        comparison = compare(session, place.file)
        for line in lines_of(comparison, lambda key: change_of(session, key), place.file):
            click.echo(line)
    raise SystemExit(1 if comparison.differences else 0)


@command.command()
@place_options
@click.option("--overwrite", multiple=True, metavar="KEY", help="Take the file's word for KEY, whatever a page says.")
@click.option("--overwrite-all", is_flag=True, help="Take the file's word for everything that both changed.")
def apply(config: Path | None, data: Path, overwrite: tuple[str, ...], *, overwrite_all: bool) -> None:
    """Write the site file's changes into the database, all or nothing, and have a running service take them over.

    What was changed on a page stays. What was changed in both is listed, and nothing is applied, unless --overwrite KEY
    or --overwrite-all says that the file counts.

    Exit status: 0 applied, or nothing to apply; 1 refused; 2 something can't be read.
    """
    place = open_file(config, data)
    language = place.file.site.language
    with opened(place) as session:
        lock_office(session)  # nothing is edited on a page between the comparison and the commit
        comparison = compare(session, place.file)
        try:
            taken = chosen(comparison, overwrite, overwrite_all=overwrite_all)
        except ConflictError as error:
            for line in lines_of(comparison, lambda key: change_of(session, key), place.file):
                click.echo(line)
            click.echo(f"hotline: {error}", err=True)
            raise SystemExit(1) from error
        site = apply_file(session, place, comparison, taken, who())
        passwords = give_passwords(session, place, assets.FOLDER)
        session.commit()
    for one in taken:
        click.echo(said("applied", language, key=one.key, was=shown_value(one.database), now=shown_value(one.file)))
    if not taken:
        click.echo(said("nothing", language))
    for name, password in passwords.items():
        click.echo(said("password", language, name=name, password=password))
    if taken:
        for line in have_taken_over(replace(place, site=site), taken):
            click.echo(line)
