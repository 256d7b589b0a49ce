"""Telephone numbers as people and spreadsheets write them into a cell. May live here: that one reader.

A cell may hold several numbers, an extension, a note in brackets or behind the number. A number is taken whole or the
cell is refused: one that a spreadsheet rounded (`1.38E+10`), or digits that can be nobody's number, are never taken.
What the numbers of a cell are in E.164 is `numbering`'s.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from router.errors import RequestError

FEWEST_DIGITS, MOST_DIGITS = 5, 20

NOT_A_NUMBER: Final = "not-a-number"
ROUNDED: Final = "rounded"

_ROUNDED = re.compile(r"[+-]?\d+(?:[.,]\d*)?\s*e\s*[+-]?\s*\d+", re.IGNORECASE)
_FLOAT = re.compile(r"(\+?\d{5,})\.0*")
_FRACTION = re.compile(r"\d{5,}\.\d{1,3}")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|〔([^〔〕]*)〕|<([^<>]*)>|\{([^{}]*)\}")
_BETWEEN = re.compile(r"[;、/,|\n\r\t]|:::")
_RUN = re.compile(r"\+?\d(?:[\d .-]*\d)?")
_EXTENSION = re.compile(
    r"\s*(?:转接|转分机|转|分机号?|内线|ext(?:ension|n)?\.?|x|#|\*)\s*[:.]?\s*(\d{1,6})(?![\d])", re.IGNORECASE
)
_DASHED = re.compile(r"(.*\d)\s*-\s*(\d{1,6})")
_PREFIXED = re.compile(r"(?:00|179|125|193|116)")  # abroad, and carriers' prefixes: such numbers may be long
_CHINESE = re.compile(
    r"(?:(?:00)?86)?0?1[3-9]\d{9}"  # a mobile
    r"|(?:(?:00)?86)?0?(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}"  # a landline with its area code, whose 0 may be lost
    r"|[2-8]\d{6,7}|[48]00\d{7}|9[56]\d{3,10}|1[01]\d{3}|12\d{3}|179\d{10,13}"
)
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_ABROAD = re.compile(r"[2-9]\d{9,12}|00\d{8,15}")
_LABELS = frozenset({"电话", "手机", "号码", "手机号", "手机号码", "联系电话", "tel", "mobile", "phone", "mob", "tel."})
_DASHES = "‐‑‒–—−ー"
_AROUND = " \t:：-_.,，。;；'\"“”‘’*·"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenNumber:
    """One number of a cell: what is compared, and the extension behind it."""

    main: str
    extension: str = ""

    @property
    def remark(self) -> str:
        """The extension in words, "" without one; the number itself stands elsewhere, where it can be masked."""
        return f"尾号{_digits(self.main)[-4:]}转{self.extension}" if self.extension else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersRead:
    """What a cell says: its numbers in order, each once, and what else stood there; or why it can't be taken."""

    numbers: tuple[WrittenNumber, ...] = ()
    note: str = ""
    fault: str = ""

    @property
    def all_remarks(self) -> tuple[str, ...]:
        """Extensions and notes, to be kept beside the numbers."""
        return tuple(filter(None, (*(number.remark for number in self.numbers), self.note)))


def numbers_in(cell: str) -> NumbersRead:
    """The numbers of a cell; an empty cell has none, and is no fault.

    >>> numbers_in("021-61234567转801；13900000001（微信同号）").numbers
    (WrittenNumber(main='021-61234567', extension='801'), WrittenNumber(main='13900000001', extension=''))
    """
    reading = _Cell()
    try:
        text = _plain(cell)
        if _ROUNDED.fullmatch(text.strip()):
            return NumbersRead(fault=ROUNDED)
        for part in _BETWEEN.split(reading.without_brackets(text)):
            reading.read(part.strip())
    except _CellError as error:
        return NumbersRead(fault=str(error))
    numbers = tuple(dict.fromkeys(reading.numbers))
    if reading.notes and not numbers:
        return NumbersRead(fault=NOT_A_NUMBER)
    return NumbersRead(numbers=numbers, note="；".join(dict.fromkeys(reading.notes)))


def split_numbers(value: str) -> list[str]:
    """The numbers of a field that we keep (R24: `;` or `；` between them), without the space around them."""
    return [part.strip() for part in re.split("[;；]", value) if part.strip()]


def caller_number(text: str) -> str:
    """The number alone of a caller as telephone systems write it: `"Office 2" <139…>`, `139…;cpc=ordinary`.

    >>> caller_number('"Office 2" <sip:13900000001;cpc=ordinary@10.0.0.1>')
    '13900000001'
    """
    inner = text[text.rfind("<") + 1 :].partition(">")[0] if "<" in text else text
    inner = re.sub(r"^\s*(?:sips?|tel|pjsip)[:/]", "", inner, flags=re.IGNORECASE)
    return inner.partition(";")[0].partition("@")[0].strip()


class _CellError(RequestError):
    """A cell that holds no number; `what` is the fault's id."""

    id = "cell"


def _plain(cell: str) -> str:
    """Full-width characters as others write them, without what can't be seen."""
    seen = (unicodedata.normalize("NFKC", char) for char in cell if unicodedata.category(char) != "Cf")
    text = "".join("-" if char in _DASHES else char for part in seen for char in part)
    return re.sub(r"[^\S\n\r\t]", " ", text)


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _is_complete(text: str) -> bool:
    """Whether these can be all digits of somebody's number."""
    bare = _digits(text)
    known = _CHINESE.fullmatch(bare) or _ABROAD.fullmatch(bare)
    return known is not None or (text.lstrip().startswith("+") and 8 <= len(bare) <= 15)


@dataclass(slots=True)
class _Cell:
    """A cell while it is read."""

    numbers: list[WrittenNumber] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def without_brackets(self, text: str) -> str:
        """The text with what brackets hold put where it belongs: a note, an area code, an extension, a number."""
        while (found := _BRACKETS.search(text)) is not None:
            inner = next(part for part in found.groups() if part is not None).strip()
            before, after = text[: found.start()], text[found.end() :]
            text = before + self._of_brackets(inner, before, after) + after
        return text

    def _of_brackets(self, inner: str, before: str, after: str) -> str:
        if not re.fullmatch(r"\+?[\d .-]*", inner):
            self.notes.append(inner)
            return ";"
        if len(_digits(inner)) > 6:
            return f";{inner};"
        in_front = not _BETWEEN.split(before)[-1].strip() and re.match(r"\s*-?\s*\d", after)
        if not inner or in_front:
            return f" {inner} "  # an area code: (021) 61234567
        if _is_complete(_BETWEEN.split(before)[-1]):
            return f"转{_digits(inner)} "
        raise _CellError(NOT_A_NUMBER)

    def read(self, part: str) -> None:
        """One of several numbers, with what stands around it. Raises `_CellError`."""
        if not part:
            return
        if _ROUNDED.fullmatch(part):
            raise _CellError(ROUNDED)
        if _FRACTION.fullmatch(part) and not _FLOAT.fullmatch(part):
            raise _CellError(NOT_A_NUMBER)
        whole = _FLOAT.fullmatch(part)
        found, notes = list[WrittenNumber](), list[str]()
        for number, text in _pieces(whole[1] if whole else part):
            if number is not None and len(_digits(number.main)) >= FEWEST_DIGITS:
                found.append(number)
            elif number is not None:
                notes.append(f"{number.main}{text}")
            else:
                notes.append(text)
        note = "".join(notes).strip(_AROUND)
        said = note if any(map(str.isalnum, note)) and note.lower() not in _LABELS else ""
        for number in found:
            self._take(number, needs_whole=bool(said) or len(found) > 1)
        if said and (said.isdecimal() or not any(map(str.isalpha, said))):
            raise _CellError(NOT_A_NUMBER)  # digits left over belong to some number
        self.notes += [said] if said else []

    def _take(self, number: WrittenNumber, *, needs_whole: bool) -> None:
        bare = _digits(number.main)
        too_long = len(bare) > 13 and not number.main.startswith("+") and not _PREFIXED.match(bare)
        if len(bare) > MOST_DIGITS or too_long or (needs_whole and not _is_complete(number.main)):
            raise _CellError(NOT_A_NUMBER)
        self.numbers.append(number)


def _pieces(part: str) -> Iterator[tuple[WrittenNumber | None, str]]:
    """Numbers and the texts between them, in order."""
    at = 0
    while (run := _RUN.search(part, at)) is not None:
        if part[at : run.start()].strip():
            yield None, part[at : run.start()]
        at = run.end()
        further = _EXTENSION.match(part, at)
        mains = _several(run[0])
        for main in mains[:-1]:
            yield _with_dash(main), ""
        if further is not None:
            at = further.end()
            yield WrittenNumber(main=mains[-1], extension=further[1]), ""
        else:
            yield _with_dash(mains[-1]), ""
    if part[at:].strip():
        yield None, part[at:]


def _several(run: str) -> list[str]:
    """Numbers that only a space parts, where each is whole by itself."""
    parts = run.split()
    return parts if len(parts) > 1 and all(map(_is_complete, parts)) else [" ".join(parts)]


def _with_dash(run: str) -> WrittenNumber:
    """`021-61234567-801`: what stands behind a whole number and a dash is its extension."""
    dashed = _DASHED.fullmatch(run)
    is_apart = dashed is not None and (_LOCAL.fullmatch(dashed[1]) or not _CHINESE.fullmatch(_digits(run)))
    if dashed is not None and is_apart and _is_complete(dashed[1]):
        return WrittenNumber(main=dashed[1].strip(), extension=dashed[2])
    return WrittenNumber(main=run.strip(" .-"))
