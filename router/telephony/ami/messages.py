"""AMI's messages: what we send (`AmiAction`) and what comes (`AmiEvent`, `Response`, `Unknown`).

May live here: their types, and turning one frame of text into a message or one action into bytes. No I/O.

They stand on `asterisk-ami`'s types of the same names, so `name`, `status`, `keys` and `event["Key"]` work as there.
What is mended:

- A key that comes twice keeps both values (`get_all`), lines without a colon are kept (`follows`), and `headers()`
  gives every line in its order. In theirs the first is overwritten and the second vanishes.
- Only CR LF ends a line. Theirs splits at U+2028, U+0085, form feed and others, too, so that a caller's name could add
  a header.
- Keys and values with CR, LF or NUL are refused; a variable's value is quoted, as Asterisk splits it at commas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from asterisk.ami import action as _action
from asterisk.ami import event as _event
from asterisk.ami import response as _response

from router.telephony.ami.errors import AmiActionRefusedError, AmiValueError
from router.texts import _

LINE_LIMIT_BYTES: Final = 1022
"""Asterisk reads lines of up to 1,024 bytes with their CR LF; it dumps a longer one, its rest becomes a new one."""

HEADER_LIMIT: Final = 127
"""Asterisk keeps 128 headers of an action."""

_NOTHING_REPEATED: Final[Mapping[str, list[str]]] = MappingProxyType({})
_QUOTED: Final = str.maketrans({character: "\\" + character for character in '\\",()[]'})

Value = str | int
Values = Value | Sequence[Value]
Variables = Mapping[str, Values] | Iterable[tuple[str, Value]]


def split_line(line: str) -> tuple[str, str] | None:
    """Key and value of one line: parted at the first `": "`, else at the first colon; None where there is none."""
    key, separator, value = line.partition(": ")
    if not separator:
        key, separator, value = line.partition(":")
    return (key, value) if separator else None


class _Headers:
    """What events and responses share: their headers, none lost."""

    keys: dict[str, str]
    follows: list[str]
    repeated: Mapping[str, list[str]]
    text: str

    def get(self, key: str, default: str = "") -> str:
        """The first value of `key`, or `default`."""
        return self.keys.get(key, default)

    def get_all(self, key: str) -> list[str]:
        """Every value of `key`, in order; empty when there is none."""
        if key in self.repeated:
            return list(self.repeated[key])
        return [self.keys[key]] if key in self.keys else []

    def one(self, key: str) -> str | None:
        """The value of a key that may come only once; None when it is missing *or comes twice*.

        For keys that name something (Uniqueid, Linkedid, a call's id): a caller's number with line breaks in it can
        write a second one into a genuine event, before or after the true one, so neither is to be trusted.
        """
        return None if key in self.repeated else self.keys.get(key)

    def pairs(self, key: str) -> dict[str, str]:
        """Headers of the form `Key: name=value` (ChanVariable) as a dictionary; the last of a name counts."""
        return {name: value for name, _, value in (item.partition("=") for item in self.get_all(key))}

    def headers(self) -> list[tuple[str, str]]:
        """Every header in the order of the wire, the first line included; without the lines that are none."""
        return [pair for pair in map(split_line, self.text.split("\r\n")) if pair is not None]


class AmiEvent(_Headers, _event.Event):  # type: ignore[misc]  # asterisk-ami ships no types
    """Something happened: `name`, and the other headers in `keys`."""

    name: str

    def __init__(
        self,
        name: str,
        keys: dict[str, str] | None = None,
        text: str = "",
        repeated: Mapping[str, list[str]] = _NOTHING_REPEATED,
        follows: list[str] | None = None,
    ) -> None:
        self.name = name
        self.keys = {} if keys is None else keys
        self.text = text
        self.repeated = repeated
        self.follows = [] if follows is None else follows

    def __repr__(self) -> str:
        return f"Event({self.name!r}, {len(self.keys)} headers)"


class Response(_Headers, _response.Response):  # type: ignore[misc]  # asterisk-ami ships no types
    """Asterisk's answer to one action: `status` (Success, Error, Goodbye), and the other headers in `keys`."""

    status: str

    def __init__(
        self,
        status: str,
        keys: dict[str, str] | None = None,
        text: str = "",
        repeated: Mapping[str, list[str]] = _NOTHING_REPEATED,
        follows: list[str] | None = None,
    ) -> None:
        self.status = status
        self.keys = {} if keys is None else keys
        self.text = text
        self.repeated = repeated
        self.follows = [] if follows is None else follows

    def __repr__(self) -> str:
        return f"Response({self.status!r}, {self.get('Message')!r})"

    def is_error(self) -> bool:
        """Whether Asterisk refused the action."""
        return self.status.lower() == "error"

    def raise_if_refused(self) -> Response:
        """Itself, or `AmiActionRefusedError` with Asterisk's own words."""
        if self.is_error():
            said = self.get("Message", "no reason given")
            raise AmiActionRefusedError(_("Asterisk refused the action: %(part)r", part=said[:200]), response=self)
        return self


class Unknown:
    """A frame that is neither: kept, so that it can be reported instead of vanishing."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Unknown({self.text[:80]!r}, {len(self.text)} characters)"


def parse(text: str) -> AmiEvent | Response | Unknown:
    """One frame, without the empty line that ends it, as a message."""
    head, _, body = text.partition("\r\n")
    if head.startswith("Event: "):
        make: type[AmiEvent] | type[Response] = AmiEvent
        value = head[7:]
    elif head.startswith("Response: "):
        make, value = Response, head[10:]
    else:
        return _parse_unusual(text)
    try:  # the fast way: every line has its `": "`
        lines = [line.split(": ", 1) for line in body.split("\r\n")]
        keys: dict[str, str] = dict(lines)
    except ValueError:
        return _parse_carefully(make, value, text, body)
    if len(keys) != len(lines):
        return _parse_carefully(make, value, text, body)
    return make(value, keys, text)


def _parse_unusual(text: str) -> AmiEvent | Response | Unknown:
    """A frame that does not begin as nearly all do: an odd spelling of the first line, or no message at all."""
    text = text.removeprefix("\r\n")
    head, _, body = text.partition("\r\n")
    pair = split_line(head)
    kind = pair[0].lower() if pair else ""
    if pair is None or kind not in {"event", "response"}:
        return Unknown(text.removesuffix("\r\n"))
    return _parse_carefully(AmiEvent if kind == "event" else Response, pair[1], text, body)


def _parse_carefully(make: type[AmiEvent] | type[Response], value: str, text: str, body: str) -> AmiEvent | Response:
    """Keys that repeat, lines that are no headers, empty lines: slower, and nothing is lost."""
    keys: dict[str, str] = {}
    repeated: dict[str, list[str]] = {}
    follows: list[str] = []
    for line in body.split("\r\n"):
        pair = split_line(line)
        if pair is None:
            if line:
                follows.append(line)
        elif pair[0] in keys:
            repeated.setdefault(pair[0], [keys[pair[0]]]).append(pair[1])
        else:
            keys[pair[0]] = pair[1]
    return make(value, keys, text.removesuffix("\r\n"), repeated or _NOTHING_REPEATED, follows)


class AmiAction(_action.Action):  # type: ignore[misc]  # asterisk-ami ships no types
    """What we ask of Asterisk.

    `keys` are headers; a list of values repeats the header. `variables` become `Variable: name=value`; a list of pairs,
    or of values, repeats them. Values are text or whole numbers. Unlike asterisk-ami's, sending it leaves it as it is.
    """

    name: str
    keys: dict[str, Values]
    variables: Variables

    def __init__(self, name: str, keys: Mapping[str, Values] | None = None, variables: Variables | None = None) -> None:
        self.name = name
        self.keys = dict(keys or {})
        self.variables = {} if variables is None else variables if isinstance(variables, Mapping) else list(variables)

    def __getattr__(self, item: str) -> Values:
        try:
            keys: dict[str, Values] = self.__dict__["keys"]
            return keys[item]
        except KeyError:
            raise AttributeError(item) from None  # theirs raises KeyError, which breaks copy and hasattr

    def __repr__(self) -> str:
        return f"AmiAction({self.name!r}, {sorted(self.keys)})"

    def __str__(self) -> str:
        return repr(self)  # not the wire's text, as theirs: a secret or a caller's number must not get into a log


class LoginAction(AmiAction):
    """Sign in by user name and secret."""

    def __init__(self, username: str, secret: str) -> None:
        super().__init__("Login", {"Username": username, "Secret": secret})


def encode(action: Any, action_id: str) -> bytes:
    """The bytes of an action, asterisk-ami's or ours, with this id; `AmiValueError` if it can't be said safely."""
    lines = [_line(action.name, "Action", action.name), _line(action.name, "ActionID", action_id)]
    for key, value in _each(action.keys):
        if str(key).lower() != "actionid":
            lines.append(_line(action.name, key, value))
    for name, value in _each(action.variables):
        lines.append(_line(action.name, "Variable", _assignment(action.name, name, value)))
    if len(lines) > HEADER_LIMIT:
        raise _refusal(action.name, f"it has {len(lines)} headers, Asterisk reads {HEADER_LIMIT}")
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _each(items: Any) -> Iterable[tuple[object, object]]:
    """Pairs of a mapping or of a list of pairs, with lists of values spread out."""
    for key, value in items.items() if isinstance(items, Mapping) else items:
        if isinstance(value, list | tuple):
            yield from ((key, item) for item in value)
        else:
            yield key, value


def _line(action: str, key: object, value: object) -> bytes:
    """One header as bytes; refuses what would end the line, the key or Asterisk's patience."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _refusal(action, f"the value of {key!r} is a {type(value).__name__}, not text or a whole number")
    text = str(value)
    if not isinstance(key, str) or not key or key.strip() != key or ":" in key:
        raise _refusal(action, f"{key!r} can't be a key")
    for part in (key, text):
        if "\r" in part or "\n" in part or "\0" in part:
            raise _refusal(action, f"{key!r} or its value holds a line break or NUL")
    try:
        line = f"{key}: {text}".encode()
    except UnicodeEncodeError:
        raise _refusal(action, f"the value of {key!r} is not valid Unicode") from None
    if len(line) > LINE_LIMIT_BYTES:
        raise _refusal(action, f"{key!r} with its value has {len(line)} bytes, Asterisk reads {LINE_LIMIT_BYTES}")
    return line


def _assignment(action: str, name: object, value: object) -> str:
    """`name=value`, quoted so that Asterisk, which splits it at commas, finds one variable with this exact value."""
    if not isinstance(name, str) or not name or any(character in name for character in '=,"\\ \t'):
        raise _refusal(action, f"{name!r} can't be a variable's name")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _refusal(action, f"the variable {name!r} is a {type(value).__name__}, not text or a whole number")
    return f"{name}={str(value).translate(_QUOTED)}"


def _refusal(action: str, what: str) -> AmiValueError:
    """The error for an action that was not sent. Values are not quoted: they may be secret, or a caller's number."""
    return AmiValueError(
        _("AMI action %(action)r not sent: %(what)s", action=action, what=what),
        cure=_("clean the value before it becomes an action"),
    )
