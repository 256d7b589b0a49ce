"""README's commands, typed as they stand there by somebody who has just got a copy of the project.

Only what a test can't do is changed: ports that others use, the folder of the system, the machine's address, a shorter
demonstration, and who answers the questions. `./hotline test` is how this test was started.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from router.telephony.private.install import TREE_VARIABLE, default_tree
from tests.ports import tcp_port, udp_port
from tests.reconcile.office import Office
from tests.up.service import DIES_WITH_US, ROOT

READMES = ("README.md", "README.zh.md")
ANSWERS = (
    "锦绣江南",
    "zh",
    "Asia/Shanghai",
    "CN",
    "025",
    "private",
    "203.0.113.9",
    "4008001234",
    "陈晨",
    "",
    "0:00-24:00",
)
QUICK = " --calls 1 --ring-seconds 1"
HERE = " --address 127.0.0.1"
UNTIL_CTRL_C = ("看板 Board", "登录 Sign in|演示|demo", "热线 Hotline", "Ctrl-C")  # what the first minute tells

COMMANDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "./hotline demo": (QUICK, ("138\\*{4}0001", "轮到的下一位", "每通来电")),
    "./hotline demo --language en": (QUICK, ("138\\*{4}0001", "next in line")),
    "./hotline up": ("", UNTIL_CTRL_C),
    "./hotline up --lan": (HERE, (*UNTIL_CTRL_C, "https://127.0.0.1", "█")),
    "./hotline init": (" --ask", ("site.toml",)),
    "./hotline config defaults": ("", ("ring_seconds",)),
    "./hotline config check site.toml": ("", ()),
    "./hotline up --config site.toml --data /var/lib/hotline --lan": (HERE, (*UNTIL_CTRL_C, "无人在岗")),
    "./hotline simulate tests/scenarios/*.yaml": ("", ("R6\\[abandoned\\]",)),
    "./hotline reconcile --files DIR --date 2026-11-23": ("", ("2026-11-23",)),
}
"""Each command in the order of a newcomer's day: what the test adds to it, and what the answer tells."""


@pytest.fixture(scope="module")
def copy() -> Iterator[Path]:
    """A copy of the project with its `.venv`, the packages of which are this one's."""
    folder = Path(tempfile.mkdtemp(prefix="hl", dir="/tmp"))
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(listed, cwd=ROOT, text=True).splitlines():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    _make_venv(folder)
    (folder / "data").mkdir()
    (folder / "data" / "demonstration.toml").write_text(_ports(), encoding="utf-8")
    (folder / "DIR").mkdir()
    Office(folder / "DIR").reconcile()
    yield folder
    shutil.rmtree(folder)


def _make_venv(folder: Path) -> None:
    venv = folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    [packages] = venv.glob("lib/python*/site-packages")
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "project.pth").write_text(f"{folder}\n{ours}\n", encoding="utf-8")
    if (Path(sys.prefix) / "share").is_dir():
        (venv / "share").symlink_to(Path(sys.prefix) / "share")
    launcher: dict[str, Any] = {"__file__": str(folder / "hotline"), "__name__": "launcher"}
    exec(compile((folder / "hotline").read_text(encoding="utf-8"), "hotline", "exec"), launcher)  # noqa: S102  (our own file)
    (venv / "installed").write_text(launcher["installed_as"](""), encoding="ascii")


def _ports() -> str:
    """Where the service of a test listens, in the words of a site file."""
    web, ami = (tcp_port() for _ in range(2))
    first = 10_000 + os.getpid() % 20 * 400
    sip = f'sip_bind = "127.0.0.1:{udp_port()}"'
    return f'[web]\nbind = "127.0.0.1:{web}"\n[pbx]\n{sip}\nami_port = {ami}\nrtp_ports = "{first}-{first + 399}"\n'


def _commands_of(readme: str) -> set[str]:
    """The commands that a page tells people to type."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    typed = re.findall(r"^\./hotline [^#\n]*|(?<=`)\./hotline [^`]*(?=`)", text, re.MULTILINE)
    return {" ".join(command.split()) for command in typed} - {"./hotline …", "./hotline test"}


def _type(folder: Path, command: str) -> subprocess.Popen[str]:
    """Start a command by a shell, which opens `*.yaml`."""
    return subprocess.Popen(
        [*DIES_WITH_US, "sh", "-c", f"exec {command}"],
        cwd=folder,
        env={**os.environ, TREE_VARIABLE: str(default_tree()), "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _said(typed: subprocess.Popen[str], answers: str) -> str:
    """What a command says until it ends, or asks for Ctrl-C and gets it."""
    assert typed.stdin is not None
    assert typed.stdout is not None
    typed.stdin.write(answers)
    typed.stdin.close()
    said = []
    with typed.stdout as lines:
        for line in lines:
            said.append(line)
            if "Ctrl-C ends everything" in line:
                typed.send_signal(signal.SIGINT)
    return "".join(said)


@pytest.mark.parametrize("readme", READMES)
def test_each_command_of_the_page_is_typed_here(readme: str) -> None:
    assert _commands_of(readme) <= set(COMMANDS)


def test_what_is_typed_here_stands_on_a_page() -> None:
    assert set(COMMANDS) == {command for readme in READMES for command in _commands_of(readme)}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_newcomer_types_it_and_it_does_what_the_page_says(copy: Path, command: str) -> None:
    more, wanted = COMMANDS[command]
    if "--config" in command:
        site = copy / "site.toml"
        text = site.read_text(encoding="utf-8").replace("[pbx]\n", f"{_ports()}")
        site.write_text(text, encoding="utf-8")
    typed = _type(copy, command.replace("/var/lib/hotline", str(copy / "var")) + more)
    said = _said(typed, "\n".join((*ANSWERS, "", "0:00-24:00", "")) if command == "./hotline init" else "")
    assert typed.wait(60) == 0, said
    for words in wanted:
        assert re.search(words, said), f"{words} is not in:\n{said}"
