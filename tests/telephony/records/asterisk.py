"""Files as Asterisk writes them, made of rows that a real one wrote. May live here: rows, and writing them to files."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

BORN = 1795520813  # 2026-11-24 11:46:53 UTC, 19:46:53 in Shanghai

RACE = """\
"{id}1","{id}0","Local/c536b7dee1adbaf04451@hotline-offer-00000000;1","","4008001234","c536b7dee1adbaf04451",\
"hotline-pickup","1795520813.743290","0.000000","1795520813.756059","NO ANSWER","AppDial","(Outgoing Line)","1"
"{id}2","{id}0","Local/c536b7dee1adbaf04451@hotline-offer-00000000;2","","13900000001","c536b7dee1adbaf04451",\
"hotline-offer","1795520813.743352","0.000000","1795520813.757017","NO ANSWER","Wait","1","2"
"hl.c536b7dee1adbaf04451.B.0.43630dff9f86","hl.c536b7dee1adbaf04451.B.0.43630dff9f86","PJSIP/102-00000002","",\
"13900000001","c536b7dee1adbaf04451","hotline-pickup","1795520813.752554","1795520813.755000","1795520813.760122",\
"ANSWERED","PickupChan","Local/c536b7dee1adbaf04451@hotline-offer-00000000;1","4"
"{id}0","{id}0","PJSIP/carrier-00000000","Local/c536b7dee1adbaf04451@hotline-offer-00000000;1","13900000001",\
"4008001234","hotline-in","1795520813.741556","0.000000","1795520813.755831","NO ANSWER","Dial",\
"Local/c536b7dee1adbaf04451@hotline-offer/n,,I","0"
"{id}0","{id}0","PJSIP/carrier-00000000","PJSIP/101-00000001","13900000001","4008001234","hotline-in",\
"1795520813.755882","1795520813.756930","1795520833.876544","ANSWERED","Dial",\
"Local/c536b7dee1adbaf04451@hotline-offer/n,,I","5"
"{id}0","{id}0","PJSIP/carrier-00000000","","13900000001","4008001234","hotline-in","1795520833.876635",\
"1795520833.876635","1795520833.877641","ANSWERED","Return","","6"
"""
"""A and B answer in the same instant, A has the caller (Asterisk 22.10.1)."""


def race(number: int) -> str:
    """The rows of one such call; each number is a call of its own."""
    return RACE.format(id=f"hotline-1795520813.{number}00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """A row of cdr_csv's Master.csv with all columns on; times as it writes them."""

    uniqueid: str = f"{BORN}.0"
    src: str = "13900000001"
    dst: str = "4008001234"
    dcontext: str = "from-trunk"
    channel: str = "PJSIP/carrier-00000000"
    dstchannel: str = "PJSIP/101-00000001"
    start: str = "2026-11-24 19:46:53"
    answer: str = "2026-11-24 19:46:58"
    end: str = "2026-11-24 19:48:00"
    disposition: str = "ANSWERED"
    clid: str = '"王 ""x"", 先生" <13900000001>'
    sequence: int = 0

    def line(self) -> str:
        """As in the file."""
        named = [self.src, self.dst, self.dcontext, self.clid, self.channel, self.dstchannel, "Dial", "PJSIP/101,60"]
        ends = [self.start, self.answer, self.end, 67, 62, self.disposition, "DOCUMENTATION"]
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(["", *named, *ends, self.uniqueid, "", "", self.uniqueid, self.sequence])
        return text.getvalue()


class File:
    """A file that grows and is rotated."""

    def __init__(self, path: Path, text: str = "") -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.writes(text)

    def writes(self, text: str | bytes) -> None:
        """Append, as Asterisk does: it opens the file anew each time."""
        with self.path.open("ab") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def is_renamed(self, name: str) -> Path:
        """logrotate's usual way: the next line makes a new file."""
        there = self.path.with_name(name)
        self.path.rename(there)
        return there

    def is_copied_and_cut(self, name: str) -> Path:
        """logrotate's copytruncate."""
        there = self.path.with_name(name)
        there.write_bytes(self.path.read_bytes())
        self.is_cut()
        return there

    def is_cut(self) -> None:
        """Somebody empties it."""
        self.path.write_bytes(b"")
