"""An unpacked Asterisk tells when apt's index has a newer one: a real apt, and an archive in a folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from router.telephony.private.apt import PrivateApt
from router.telephony.private.binary import AsteriskBinary, AsteriskOrigin
from router.telephony.private.newer import newer_as_remembered, newer_in_index, unpacked_version

HERE = "1:22.10.1+dfsg+~cs6.17.60671434-1"
NEWER = "1:22.10.1+dfsg+~cs6.17.60671434-1+deb14u1"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """As `install_tree` leaves it."""
    made = tmp_path / "tree"
    made.mkdir()
    packages = ["adduser_3.1_all.deb", f"asterisk_{HERE.replace(':', '%3a')}_amd64.deb", "asterisk-modules_1_amd64.deb"]
    (made / "hotline.json").write_text(json.dumps({"packages": packages}), encoding="utf-8")
    return made


def unpacked(origin: AsteriskOrigin = AsteriskOrigin.TREE) -> AsteriskBinary:
    place = Path("/nowhere")
    return AsteriskBinary(command=("x",), modules=place, data=place, version=(22, 10, 1), origin=origin)


def apt_knows(monkeypatch: pytest.MonkeyPatch, folder: Path, *versions: str) -> None:
    """apt's index has these versions of the package."""
    archive = folder / "archive"
    archive.mkdir()
    entries = [f"Package: asterisk\nVersion: {one}\nArchitecture: all\nFilename: a.deb\nSize: 1\n" for one in versions]
    (archive / "Packages").write_text("\n".join(entries), encoding="utf-8")
    apt = PrivateApt(folder / "apt", f"deb [trusted=yes] file:{archive} ./", "")
    apt.update(lambda: None)
    monkeypatch.setenv("APT_CONFIG", str(folder / "apt" / "apt.conf"))


def test_a_newer_version_is_told(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt_knows(monkeypatch, tmp_path, HERE, NEWER, "1:22.9.0-1")
    assert unpacked_version(tree) == HERE
    assert newer_in_index(unpacked(), tree) == NEWER


@pytest.mark.parametrize("versions", [(HERE,), ("1:20.1-1",), ()], ids=["the same", "an older one", "none"])
def test_nothing_is_told_otherwise(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: tuple[str, ...]
) -> None:
    apt_knows(monkeypatch, tmp_path, *versions)
    assert newer_in_index(unpacked(), tree) == ""


def test_what_was_found_is_remembered_until_apt_s_lists_change(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt_knows(monkeypatch, tmp_path, NEWER)
    lists = tmp_path / "apt" / "state" / "lists"
    assert newer_as_remembered(unpacked(), tree, lists) == NEWER
    with monkeypatch.context() as without_apt:
        without_apt.setenv("PATH", "")
        assert newer_as_remembered(unpacked(), tree, lists) == NEWER
        os.utime(lists, ns=(1, 1))
        assert newer_as_remembered(unpacked(), tree, lists) == ""
    assert newer_as_remembered(unpacked(), tree, tmp_path / "no-apt") == ""


def test_of_an_asterisk_that_is_not_unpacked_or_does_not_know_its_version_nothing_is_told(tmp_path: Path) -> None:
    assert newer_in_index(unpacked(AsteriskOrigin.APT), tmp_path) == ""
    assert newer_in_index(unpacked(), tmp_path) == ""
