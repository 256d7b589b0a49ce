"""A real Asterisk that speaks AMI and runs a little dialplan, no SIP: enough to see what it makes of our actions.

May live here: finding it, starting it in a folder, ending it.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from router.telephony.ami import AmiAddress
from tests.ports import tcp_port
from tests.telephony.ami.scripted_server import SECRET

START_SECONDS = 20.0
MODULES = ("pbx_config", "app_userevent", "res_timing_timerfd")
DIALPLAN = """\
[probe]
exten => caller,1,Answer()
 same => n,Wait(30)
exten => router,1,Wait(30)
"""


def command() -> tuple[list[str], Path, Path] | None:
    """How to start Asterisk, where its modules and its data are; from the private tree beside this Python, or PATH."""
    tree = Path(sys.prefix) / "share" / "asterisk-tree"
    for library in tree.glob("usr/lib/*-linux-gnu*"):
        for loader in library.glob("ld-linux*.so.*"):
            start = [loader, "--library-path", f"{library}:{library}/asterisk", tree / "usr/sbin/asterisk"]
            return [str(part) for part in start], library / "asterisk" / "modules", tree / "usr/share/asterisk"
    found = shutil.which("asterisk")
    modules = next(Path("/usr/lib").glob("**/asterisk/modules"), None) if found else None
    return ([found], modules, Path("/usr/share/asterisk")) if found and modules else None


def write_configuration(folder: Path, modules: Path, data: Path, port: int) -> Path:
    """All that this Asterisk reads; gives its asterisk.conf."""
    places = {name: folder / name for name in ("lib", "db", "keys", "agi", "spool", "run", "log", "sbin")}
    for place in places.values():
        place.mkdir()
    directories = "".join(
        f"ast{key}dir => {places[name]}\n"
        for key, name in (
            *(("varlib", "lib"), ("db", "db"), ("key", "keys"), ("agi", "agi"), ("spool", "spool")),
            *(("run", "run"), ("log", "log"), ("sbin", "sbin")),
        )
    )
    main = folder / "asterisk.conf"
    main.write_text(
        f"[directories]\nastetcdir => {folder}\nastmoddir => {modules}\nastdatadir => {data}\n{directories}"
    )
    (folder / "modules.conf").write_text("[modules]\nautoload=no\n" + "".join(f"load={name}.so\n" for name in MODULES))
    (folder / "manager.conf").write_text(
        f"[general]\nenabled=yes\nbindaddr=127.0.0.1\nport={port}\n[hotline]\nsecret={SECRET}\nread=all\nwrite=all\n"
    )
    (folder / "extensions.conf").write_text(DIALPLAN)
    return main


@contextmanager
def running(folder: Path) -> Iterator[tuple[AmiAddress, subprocess.Popen[bytes]]]:
    """Start it in this folder, wait until it takes connections, end it afterwards."""
    found = command()
    assert found is not None
    start, modules, data = found
    port = tcp_port()
    main = write_configuration(folder, modules, data, port)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [*start, "-C", str(main), "-f"], stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    try:
        wait_for_port(port, process)
        yield AmiAddress(host="127.0.0.1", port=port, username="hotline", secret=SECRET), process
    finally:
        process.kill()
        process.wait()


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until somebody listens there."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "Asterisk ended at its start"
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"Asterisk does not listen on port {port}")
