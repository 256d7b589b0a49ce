"""Entry of the `hotline` command. Holds the table of commands only; each lives in a module of its own.

Commands are imported when they are used, so that `hotline simulate` does not load Flask and SQLAlchemy.
"""

from __future__ import annotations

import importlib
import sys

import click

from router import __version__
from router.cli import failures

# command -> (module with a click command of the name `command`, one line for --help)
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("router.cli.up", "Set up and run the whole service."),
    "init": ("router.cli.init", "Ask a few questions and write a site file."),
    "demo": ("router.cli.demo", "Ring the hotline with made-up callers: needs no phone."),
    "engine": ("router.cli.engine", "Run the engine alone (systemd)."),
    "follow": ("router.cli.follow", "Bring the journal into the database (the engine runs it)."),
    "web": ("router.cli.web", "Run the pages alone (systemd)."),
    "jobs": ("router.cli.jobs", "Run what runs by the clock alone (systemd)."),
    "test": ("router.cli.test", "Install what the tests need and run every check (in a checkout)."),
    "prompts": ("router.cli.prompts", "Write the spoken prompts, for a PBX of your own."),
    "doctor": ("router.cli.doctor", "Check every part and name the cure."),
    "explain": ("router.cli.explain", "Say why a call rang where it rang."),
    "replay": ("router.cli.replay", "Run a recorded day through the rules again and compare."),
    "whatif": ("router.cli.whatif", "Run a recorded day under another policy or order."),
    "fairness": ("router.cli.fairness", "What became of every turn that was due, round by round."),
    "presence": ("router.cli.presence", "Change somebody's presence."),
    "suspend": ("router.cli.suspend", "Take somebody off calls, until a time if need be."),
    "resume": ("router.cli.resume", "Give somebody calls again."),
    "roster": ("router.cli.roster", "Edit the order of a running sheet."),
    "turn": ("router.cli.turn", "Hand out a turn or take one away."),
    "reconcile": ("router.cli.reconcile", "Compare PBX, router and forms of a day."),
    "export": ("router.cli.export", "Write forms, calls or the day's sheet to CSV or XLSX."),
    "import": ("router.cli.import_", "Take forms or customers from a CSV or XLSX file."),
    "block": ("router.cli.block", "Block a number, list blocked ones, take a block back."),
    "erase": ("router.cli.erase", "Forget a person: their numbers and names, wherever they stand."),
    "user": ("router.cli.user", "List who signs in, give a new password, let somebody try again."),
    "audit": ("router.cli.audit", "Who saw, took out, brought in or changed what."),
    "token": ("router.cli.token", "Make, list and revoke tokens for the API."),
    "config": ("router.cli.config", "Check a site file, compare it with the database, apply it."),
    "plan": ("router.cli.plan", "Show or publish who is on call on a day."),
    "records": ("router.cli.records", "Read and show the PBX's own records."),
    "rebuild": ("router.cli.rebuild", "Make the record of calls anew from the journal."),
    "backfill": ("router.cli.backfill", "Reconcile many dates at once."),
    "simulate": ("router.cli.simulate", "Play scenario files against the rules."),
}
SERVICES = frozenset({"engine", "follow", "web", "jobs"})
"""Those that run for ever: what they say goes to a log, so it is all told as lines of one."""


class LazyGroup(click.Group):
    """A group whose commands are imported on use; errors of ours end as one line and exit status 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Names in the order of the table, which is the order of a day's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        """Import and return the command, or None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  (click's signature)
        """List commands from the table, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hotline-router")
def cli() -> None:
    """Rings the right consultant for every call of a hotline, and proves why. 售楼处热线派接。"""


def main() -> None:
    """Run the command line; errors of our tree are one line on standard error and exit status 2."""
    is_service = sys.argv[1:2] != [] and sys.argv[1] in SERVICES
    failures.set_logs_up(is_service=is_service)
    try:
        cli(prog_name="hotline")
    except Exception as error:
        failures.end(error, is_service=is_service)


if __name__ == "__main__":
    main()
