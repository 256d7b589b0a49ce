"""`hotline config`: checks a site file, shows every setting."""

from __future__ import annotations

from pathlib import Path

import click

from router.config.load import SiteFileError, load_site
from router.config.settings import commented_file


@click.group(name="config")
def command() -> None:
    """The site file: check it, or see every setting."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check a site FILE; every mistake is named with its line and cure.

    Exit status: 0 it can be used, 2 it can't.
    """
    try:
        site = load_site(file)
    except SiteFileError as error:
        for mistake in error.mistakes:
            click.echo(str(mistake), err=True)
        click.echo(f"{len(error.mistakes)} mistake(s)", err=True)
        raise SystemExit(2) from error
    click.echo(
        f"{file}: {site.site.name}: {len(site.consultants)} consultants, {len(site.hotlines)} hotline numbers, "
        f"{len(site.plans)} standing plans: all right"
    )


@command.command()
def defaults() -> None:
    """Print every setting with its default, commented out."""
    click.echo(commented_file(), nl=False)
