"""`hotline config`: checks a site file, shows and explains settings.

May live here: what these commands print. `diff` and `apply`, which compare a file with the database, belong here, too.
"""

from __future__ import annotations

from pathlib import Path

import click

from router.config.drawing import commented_file, explained
from router.config.load import Review, review_site
from router.config.settings import SECTIONS
from router.errors import ConfigurationError

WARNING = {"zh": "提醒：", "en": "worth a look: "}
MISTAKES = {"zh": "{count} 处错误，请改正后再试", "en": "{count} to mend"}
ALL_RIGHT = {
    "zh": "{file}：{name}：顾问 {people} 人，热线号码 {hotlines} 个，常设排班 {plans} 份：可以使用",
    "en": "{file}: {name}: {people} consultants, {hotlines} hotline numbers, {plans} standing plans: all right",
}


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
        click.echo(f"{_said(WARNING, review.language)}{warning}", err=True)
    if review.site is None:
        click.echo(_said(MISTAKES, review.language).format(count=len(review.mistakes)), err=True)
        raise SystemExit(2)
    _tell(file, review)


def _said(texts: dict[str, str], language: str | None) -> str:
    return texts[language] if language else " · ".join(texts.values())


def _tell(file: Path, review: Review) -> None:
    site = review.site
    if site is not None:
        text = ALL_RIGHT[site.site.language]
        counts = {"people": len(site.consultants), "hotlines": len(site.hotlines), "plans": len(site.plans)}
        click.echo(text.format(file=file, name=site.site.name, **counts))


@command.command()
def defaults() -> None:
    """Print every setting with its default, commented out: the beginning of a site file."""
    click.echo(commented_file(), nl=False)


@command.command()
@click.argument("name")
def explain(name: str) -> None:
    """Tell about one setting, such as policy.rings, or about a table, such as policy."""
    text = explained(name)
    if text is None:
        tables = ", ".join(section.name for section in SECTIONS)
        raise ConfigurationError(
            f"没有设置 {name} · there is no setting {name}", cure=f"表名 · tables: {tables}; hotline config defaults"
        )
    click.echo(text)
