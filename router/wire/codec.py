"""Inputs, answers and the desk's state as JSON and back. May live here: that one translation, for frozen dataclasses.

A value is written by its declared type: a dataclass as an object (with `is`, its class, where the type leaves it open),
an enumeration by value, a set as a sorted list, a dict with keys that are no strings as pairs. Reading is strict: an
unknown class or field is a `CodecError`, never a guess. What another version wrote is read inside `putting_aside`,
which leaves out fields that this one does not know, and names them.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from router.core import actions, inputs
from router.errors import StoreError
from router.texts import Listing, _

JSON_VERSION = 1


class CodecError(StoreError):
    """What was kept can't be read by this version."""

    id = "codec"


_ASIDE: ContextVar[set[str] | None] = ContextVar("fields put aside", default=None)


@contextmanager
def putting_aside() -> Iterator[set[str]]:
    """Read on past unknown fields inside; yields their names (`Class.field`) as they are met."""
    aside: set[str] = set()
    token = _ASIDE.set(aside)
    try:
        yield aside
    finally:
        _ASIDE.reset(token)


PLAIN = frozenset({str, int, float, bool, type(None)})

INPUTS: Mapping[str, type] = {cls.__name__: cls for cls in typing.get_args(inputs.Input)}
ANSWERS: Mapping[str, type] = {
    cls.__name__: cls for cls in (*typing.get_args(actions.Action), *typing.get_args(actions.Trail))
}


def input_to_json(told: inputs.Input) -> dict[str, Any]:
    """An input as a JSON object, with its class under `is`."""
    return {"is": type(told).__name__, **_fields_out(told)}


def input_from_json(raw: Mapping[str, Any]) -> inputs.Input:
    """The input that was written; raises `CodecError`."""
    told: inputs.Input = _object(INPUTS, raw)
    return told


def answer_to_json(item: actions.Action | actions.Trail) -> dict[str, Any]:
    """An action or trail item as a JSON object, with its class under `is`."""
    return {"is": type(item).__name__, **_fields_out(item)}


def answer_from_json(raw: Mapping[str, Any]) -> actions.Action | actions.Trail:
    """The action or trail item that was written; raises `CodecError`."""
    item: actions.Action | actions.Trail = _object(ANSWERS, raw)
    return item


def to_json(value: Any) -> Any:
    """Any value of the core as plain JSON data."""
    kind: Any = type(value)
    return value if kind in PLAIN else _writer(kind)(value)


def from_json(declared: Any, raw: Any) -> Any:
    """A value of the declared type from what `to_json` made of it; raises `CodecError`."""
    return _read(declared, raw, lenient=False)


def to_plain(value: Any) -> Any:
    """A value for readers that may be older or younger than we are: mappings are objects."""
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        kind: Any = type(value)
        return {name: to_plain(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return to_json(value)


def from_plain(declared: Any, raw: Any) -> Any:
    """A value from what `to_plain` made of it; fields that we don't know are skipped. Raises `CodecError`."""
    return _read(declared, raw, lenient=True)


def _read(declared: Any, raw: Any, *, lenient: bool) -> Any:
    try:
        return _reader(declared, lenient)(raw)
    except (TypeError, ValueError, KeyError) as error:
        raise CodecError(
            _("%(raw)r is no %(declared)s: %(why)s", raw=f"{raw!r:.80}", declared=declared, why=str(error))
        ) from error


@functools.cache
def _writer(cls: Any) -> Callable[[Any], Any]:
    """How to write a value of a class: looked up once, since a caller waits while a decision is written."""
    if issubclass(cls, enum.Enum):
        return lambda value: value.value
    if dataclasses.is_dataclass(cls):
        return _fields_out
    if issubclass(cls, Mapping):
        return lambda value: [[to_json(key), to_json(item)] for key, item in value.items()]
    if issubclass(cls, set | frozenset):
        return lambda value: sorted(to_json(item) for item in value)
    if issubclass(cls, list | tuple):
        return lambda value: [to_json(item) for item in value]
    return lambda value: value


@functools.cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


def _fields_out(value: Any) -> dict[str, Any]:
    kind: Any = type(value)
    return {name: to_json(getattr(value, name)) for name in _names(kind)}


def _object(known: Mapping[str, type], raw: Mapping[str, Any]) -> Any:
    name = raw.get("is")
    if not isinstance(name, str) or name not in known:
        raise CodecError(_("unknown kind %(name)r", name=name), cure=_("was it written by a newer version?"))
    return from_json(known[name], {key: value for key, value in raw.items() if key != "is"})


@functools.cache
def _reader(declared: Any, lenient: bool = False) -> Callable[[Any], Any]:
    """How to read a value of a declared type."""
    if declared is Any:
        return lambda raw: raw
    origin, arguments = typing.get_origin(declared), typing.get_args(declared)
    if origin in (typing.Union, types.UnionType):
        inner = [argument for argument in arguments if argument is not type(None)]
        if len(inner) > 1:
            return lambda raw: _object({**INPUTS, **ANSWERS}, raw)
        read = _reader(inner[0], lenient)
        return lambda raw: None if raw is None else read(raw)
    if origin in (tuple, list, set):
        read = _reader(arguments[0], lenient)
        return lambda raw: origin(read(item) for item in _typed(list, raw))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        read_key, read_value = _reader(arguments[0], lenient), _reader(arguments[1], lenient)
        if lenient:
            return lambda raw: {read_key(key): read_value(value) for key, value in _typed(dict, raw).items()}
        return lambda raw: {read_key(key): read_value(value) for key, value in _typed(list, raw)}
    if dataclasses.is_dataclass(declared):
        return _dataclass_reader(declared, lenient=lenient)
    if isinstance(declared, type) and issubclass(declared, enum.Enum):
        return declared
    plain = getattr(declared, "__supertype__", declared)  # a NewType is read as what it is made of
    return functools.partial(_typed, plain)


def _typed(plain: type, raw: Any) -> Any:
    if type(raw) is not plain:
        raise TypeError(f"{plain.__name__} expected")
    return raw


def _dataclass_reader(cls: Any, *, lenient: bool) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(cls)
    readers = {field.name: _reader(hints[field.name], lenient) for field in dataclasses.fields(cls)}

    def read(raw: Mapping[str, Any]) -> Any:
        _typed(dict, raw)
        unknown, aside = set(raw) - set(readers), _ASIDE.get()
        if unknown and aside is None and not lenient:
            raise CodecError(_("%(name)s: unknown field %(these)s", name=cls.__name__, these=Listing(sorted(unknown))))
        if unknown and aside is not None:
            aside.update(f"{cls.__name__}.{name}" for name in unknown)
        return cls(**{name: readers[name](value) for name, value in raw.items() if name in readers})

    return read
