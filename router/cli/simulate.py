"""`hotline simulate`: plays scenario files against the rules (DOMAIN 10)."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from router.errors import HotlineError
from router.simulate.compare import differences
from router.simulate.files import cases
from router.simulate.model import Case
from router.simulate.play import Result, play
from router.simulate.table import diff_table, trace_table
from router.texts import Language

LOOK_SECONDS = 0.3  # between two looks at the files


@dataclass(frozen=True, slots=True)
class Played:
    """A case, what came of it, and what was expected otherwise; no `case`: it could not be read."""

    case: Case | None
    result: Result
    said: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """How the result is to be shown."""

    diff: bool
    quiet: bool
    language: Language


@click.command(name="simulate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the full result of every case as one JSON list.")
@click.option("--diff", is_flag=True, help="Show what each case expects beside what happened.")
@click.option("--quiet", "-q", is_flag=True, help="Only whether each case goes as expected.")
@click.option("--watch", is_flag=True, help="Play again whenever a file changes, until Ctrl-C.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the table.")
def command(
    files: tuple[Path, ...], *, as_json: bool, diff: bool, quiet: bool, watch: bool, language: Language
) -> None:
    """Play scenario FILES against the rules that route live calls, and show who rang, why, and by which rules.

    Exit status: 0 all as expected, 1 some not, 2 a file can't be used.
    """
    if as_json and (diff or watch or quiet):
        raise click.UsageError("--json prints one list for programs: without --diff, --quiet and --watch")
    shown = Shown(diff=diff, quiet=quiet, language=language)
    if watch:
        _watch(files, shown)
    played = list(_play_all(files))
    if as_json:
        click.echo(json.dumps([one.result.as_json() for one in played], ensure_ascii=False))
    else:
        _report(played, shown)
    raise SystemExit(1 if any(one.said for one in played) else 0)


def _play_all(files: Sequence[Path]) -> Iterator[Played]:
    loaded = [(name, case) for path in files for name, case in cases(path)]  # an unusable file is said before any case
    for name, case in loaded:
        if isinstance(case, Case):
            result = play(case)
            yield Played(case, result, differences(case, result))
        else:
            result = Result(case=name, error=f"{name}: {case}")
            yield Played(None, result, [str(result.error)])


def _watch(files: Sequence[Path], shown: Shown) -> None:
    """Play, then wait for a change, until interrupted; a file that is being written is tried again."""
    seen: object = None
    try:
        while True:
            stamps = [_stamp(path) for path in files]
            if stamps != seen:
                seen = stamps
                click.clear()
                _play_once(files, shown)
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        raise SystemExit(0) from None


def _play_once(files: Sequence[Path], shown: Shown) -> None:
    try:
        _report(list(_play_all(files)), shown)
    except HotlineError as error:
        click.echo(f"hotline: {error}", err=True)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return stat.st_mtime_ns, stat.st_size


def _report(played: Sequence[Played], shown: Shown) -> None:
    console = Console(highlight=False, markup=False, emoji=False, file=sys.stdout)
    for one in played:
        console.print(f"{'FAIL' if one.said else 'ok  '} {one.result.case}", style="bold", soft_wrap=True)
        if not shown.quiet and one.case is not None and not one.result.error:
            table = diff_table(one.case, one.result, shown.language) if shown.diff else None
            console.print(table or trace_table(one.result, shown.language))
        for said in one.said:
            console.print(f"       {said}", soft_wrap=True)
    failed = sum(1 for one in played if one.said)
    console.print(f"{len(played) - failed} of {len(played)} cases as expected")
