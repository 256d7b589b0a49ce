"""`hotline simulate`: plays scenario files against the rules (DOMAIN 10)."""

from __future__ import annotations

import json
from pathlib import Path

import click

from router.simulate.compare import differences
from router.simulate.files import cases
from router.simulate.model import Case
from router.simulate.play import Result, play


@click.command(name="simulate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the full result of every case as one JSON list.")
def command(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Play scenario FILES against the rules that route live calls.

    Exit status: 0 all as expected, 1 some not, 2 a file can't be used.
    """
    loaded = [(name, case) for path in files for name, case in cases(path)]
    played = [_play(name, case) for name, case in loaded]
    if as_json:
        click.echo(json.dumps([result.as_json() for result, _ in played], ensure_ascii=False))
    else:
        _report(played)
    raise SystemExit(1 if any(said for _, said in played) else 0)


def _play(name: str, case: Case | Exception) -> tuple[Result, list[str]]:
    if not isinstance(case, Case):
        result = Result(case=name, error=f"{name}: {case}")
        return result, [str(result.error)]
    result = play(case)
    return result, differences(case, result)


def _report(played: list[tuple[Result, list[str]]]) -> None:
    for result, said in played:
        click.echo(f"{'FAIL' if said else 'ok  '} {result.case}")
        for line in said:
            click.echo(f"       {line}")
    failed = sum(1 for _, said in played if said)
    click.echo(f"{len(played) - failed} of {len(played)} cases as expected")
