"""Finding and installing Asterisk: what apt is told, and what is taken for an Asterisk."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from pathlib import Path

import pytest

from router.telephony.private import apt, install
from router.telephony.private.binary import NEEDED_MODULES, AsteriskBinary, AsteriskOrigin, from_system, from_tree
from router.telephony.private.checks import host_name_seconds
from router.telephony.private.errors import AsteriskInstallError
from router.telephony.private.find import find_asterisk
from router.telephony.private.progress import silent

DEB822 = """\
# The distribution's own
Types: deb deb-src
# a remark in the middle
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
 contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: sid
Components: main

Types: deb
URIs: https://vendor.example/apt
Suites: stable
Components: extra
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
"""

ONE_LINE = """\
# deb http://old.example/debian bullseye main
deb [arch=amd64 signed-by=/etc/keys/own.gpg] http://own.example/apt stable tools
deb http://mirror.example/ubuntu noble main restricted universe # our mirror
deb-src http://mirror.example/ubuntu noble main
"""

DUMP = """\
APT::Architecture "amd64";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::Proxy "";
Acquire::http::Proxy::mirror.example "DIRECT";
Acquire::https::CAInfo "/etc/ssl/office.pem";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false";
DPkg::Post-Invoke:: "touch /tmp/x";
"""


def test_a_deb822_file_is_read_without_what_is_switched_off() -> None:
    first, security, vendor = apt.deb822_sources(DEB822)

    assert first.uri == "http://mirror.example/debian"
    assert first.suites == ("bookworm", "bookworm-updates")
    assert first.components == ("main", "contrib")
    assert first.signed_by == "/usr/share/keyrings/debian-archive-keyring.gpg"
    assert security.suites == ("bookworm-security",)
    assert vendor.signed_by == ""


def test_a_one_line_file_is_read_without_remarks_and_sources() -> None:
    own, ubuntu = apt.one_line_sources(ONE_LINE)

    assert (own.uri, own.signed_by) == ("http://own.example/apt", "/etc/keys/own.gpg")
    assert ubuntu.components == ("main", "restricted", "universe")


def test_both_kinds_of_files_are_found_where_apt_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(ONE_LINE, encoding="utf-8")
    (tmp_path / "sources.list.d/debian.sources").write_text(DEB822, encoding="utf-8")
    (tmp_path / "sources.list.d/old.list.save").write_text("deb http://old.example x main", encoding="utf-8")

    assert len(apt.machine_sources(tmp_path)) == 5


def test_a_debian_machine_takes_its_own_mirror_and_the_release_that_has_an_asterisk() -> None:
    line = install.source_line(list(apt.deb822_sources(DEB822)), {"ID": "debian"})

    assert line.endswith("http://mirror.example/debian forky main")


def test_an_ubuntu_machine_takes_its_own_release() -> None:
    line = install.source_line(list(apt.one_line_sources(ONE_LINE)), {"ID": "ubuntu", "VERSION_CODENAME": "noble"})

    assert line.endswith("http://mirror.example/ubuntu noble main universe")


def test_a_machine_without_a_mirror_is_told_what_to_do() -> None:
    with pytest.raises(AsteriskInstallError) as caught:
        install.source_line([], {"ID": "debian"})

    assert "PATH" in caught.value.cure


def test_proxies_and_certificates_are_carried_over_and_nothing_else() -> None:
    carried = apt.carried_settings(DUMP)

    assert carried == [
        'Acquire::http::Proxy "http://proxy.example:3128";',
        'Acquire::http::Proxy::mirror.example "DIRECT";',
        'Acquire::https::CAInfo "/etc/ssl/office.pem";',
        'Acquire::Retries "3";',
    ]


def test_apt_keeps_everything_in_our_folder_and_checks_signatures(tmp_path: Path) -> None:
    text = apt.config_text(tmp_path, [])

    for name in ("Dir", "Dir::Etc", "Dir::State", "Dir::Cache", "Dir::Log"):
        assert f'{name} "{tmp_path}' in text
    assert "AllowUnauthenticated" not in text
    assert "Check-Valid-Until" not in text


def test_apts_own_words_reach_the_technician() -> None:
    with pytest.raises(AsteriskInstallError, match="No such thing"):
        apt.run_apt(("/bin/sh", "-c", "echo 'E: No such thing'; exit 100"), {})


def test_an_expired_release_is_taken_the_second_time_and_said_aloud(tmp_path: Path) -> None:
    said: list[str] = []
    one = apt.PrivateApt(tmp_path, "deb http://mirror.example/debian forky main", "")
    script = tmp_path / "bin" / "apt-get"
    script.parent.mkdir()
    script.write_text(
        '#!/bin/sh\ncase "$*" in *Check-Valid-Until=false*) exit 0;; esac\n'
        "echo 'E: Release file for it is expired (invalid since 17d).'; exit 100\n",
        encoding="ascii",
    )
    script.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
        one.update(lambda: said.append("expired"))

    assert said == ["expired"]


def test_a_folder_without_asterisk_is_none(tmp_path: Path) -> None:
    assert "there is none" in str(from_tree(tmp_path))


@pytest.mark.asterisk
def test_the_machines_asterisk_tells_its_version_and_can_filter_events(binary: AsteriskBinary) -> None:
    assert binary.version >= (18, 0)
    assert binary.version_text.startswith(str(binary.version[0]))
    assert (binary.modules / "res_pjsip.so").exists()


def test_an_old_or_strange_program_on_the_path_is_passed_over(tmp_path: Path) -> None:
    program = tmp_path / "sbin" / "asterisk"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'Asterisk 13.1.0'\n", encoding="ascii")
    program.chmod(0o755)
    assert "modules" in str(from_system(program))

    modules = tmp_path / "lib/asterisk/modules"
    modules.mkdir(parents=True)
    (modules / "res_pjsip.so").touch()
    assert "lacks the modules" in str(from_system(program))

    for name in NEEDED_MODULES:
        (modules / name).touch()
    assert "18 or newer" in str(from_system(program))
    program.write_text("#!/bin/sh\necho 'Asterisk certified/20.7-cert2'\n", encoding="ascii")
    found = from_system(program)
    assert isinstance(found, AsteriskBinary)
    assert (found.version, found.origin) == ((20, 7), AsteriskOrigin.PATH)
    assert not found.filters_events_by_name


def test_a_tree_that_is_there_is_not_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = AsteriskBinary(
        command=("asterisk",), modules=tmp_path, data=tmp_path, version=(22, 1), origin=AsteriskOrigin.TREE
    )
    monkeypatch.setattr(install, "from_tree", lambda _tree: there)

    assert install.install_tree(tmp_path / "tree") is there


def test_an_installation_that_fails_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(work: Path, _progress: object) -> None:
        (work / "tree").mkdir()
        raise AsteriskInstallError("the disk is full")

    monkeypatch.setattr(install, "_build", fails)
    with pytest.raises(AsteriskInstallError):
        install.install_tree(tmp_path / "tree")

    assert [path.name for path in tmp_path.iterdir()] == ["tree.lock"]


def test_a_second_process_waits_for_the_first_one(tmp_path: Path) -> None:
    said: list[str] = []
    context = multiprocessing.get_context("fork")
    held, release = context.Event(), context.Event()
    lock = tmp_path / "tree.lock"
    first = context.Process(target=hold, args=(lock, held, release))
    first.start()
    assert held.wait(10)

    def told(text: str, _done: int, _total: int) -> None:
        said.append(text)
        release.set()

    with install._lock(lock, told):
        pass
    first.join(10)
    assert said == ["another process is installing Asterisk; waiting for it"]


def hold(lock: Path, held: object, release: object) -> None:
    with install._lock(lock, silent):
        held.set()  # type: ignore[attr-defined]  # an Event of multiprocessing
        release.wait(10)  # type: ignore[attr-defined]  # the same


@pytest.mark.asterisk
@pytest.mark.skipif(not os.environ.get("HOTLINE_TEST_INSTALL"), reason="fetches 110 MB; HOTLINE_TEST_INSTALL=1 runs it")
def test_a_tree_is_installed_without_root(tmp_path: Path) -> None:
    steps: list[str] = []
    made = install.install_tree(tmp_path / "tree", lambda text, _done, _total: steps.append(text))

    assert made.origin is AsteriskOrigin.TREE
    assert {"downloading packages", "unpacking packages"} <= set(steps)
    assert made.speech
    found = find_asterisk(tmp_path / "tree")
    assert found is not None
    assert shutil.which("asterisk") or found.command == made.command


def test_this_machines_own_name_is_looked_up_within_the_limit() -> None:
    taken = host_name_seconds(0.5)

    assert taken is None or 0 <= taken <= 0.5
