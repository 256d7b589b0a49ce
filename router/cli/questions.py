"""The questions of `hotline init`. May live here: asking, reading an answer, and what an answer may be.

An answer is checked as it is given, by the very types of the site file; what options say is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import click
from pydantic import TypeAdapter, ValidationError

from router.config.first_file import FIRST_EXTENSION, Answers, Member, is_network
from router.config.mistakes import MISTAKES
from router.config.model import PbxMode
from router.config.values import (
    AreaCode,
    Country,
    Dialled,
    DialString,
    Extension,
    Network,
    Server,
    SlotTime,
    Text,
    Username,
    Zone,
)
from router.errors import ConfigurationError
from router.texts import Message, _, language_of

Check = Callable[[str], Any]


class NotAnsweredError(ConfigurationError):
    """Something that has no default was neither given nor could be asked."""

    id = "not-answered"


class Questions:
    """The answers that options gave, and a way to ask for the others."""

    def __init__(self, given: dict[str, Any], can_ask: bool) -> None:
        self._given = given
        self._can_ask = can_ask

    def agrees(self, question: str) -> bool:
        """A question to be answered with yes or no; no where nobody can be asked."""
        return self._can_ask and click.confirm(question, default=False)

    def password(self, question: str) -> str:
        """Something that isn't shown; "" where nobody can be asked."""
        answer: str = click.prompt(question, hide_input=True) if self._can_ask else ""
        return answer

    def all_answers(self) -> Answers:
        """Every answer, in the order in which people think of them; raises for one that can't be used."""
        name = self.one("name", _("Name of the office"), "售楼处", checked(Text))
        language = self.one("language", _("Language (zh, en)"), "zh", checked(Literal["zh", "en"]))
        zone = self.one("zone", _("Time zone"), "Asia/Shanghai", checked(Zone))
        country = self.one("country", _("Country"), "CN", checked(Country))
        area_code = self.one("area_code", _("Area code, may be empty"), "", area_code_or_none)
        mode = PbxMode(self.one("pbx", PBX_QUESTION, "private", checked(Literal["private", "existing"])))
        own = mode is PbxMode.PRIVATE
        ami = "127.0.0.1:5038" if own else self.one("ami", AMI_QUESTION, "127.0.0.1:5038", checked(Server))
        records = "" if own else self.one("records", RECORDS_QUESTION, "", checked(str))
        trunk = self.several("trunk", TRUNK_QUESTION, None, network_or_server) if own else []
        registers = not all(is_network(one) for one in trunk)
        user = self.one("trunk_user", _("User name there"), None, checked(Username)) if registers else ""
        hotlines = self.several("hotline", _("Hotline number(s)"), None, checked(Dialled))
        call = self.members("consultant", _("Call group, in order"), None)
        reception = self.members("reception", _("Reception group, may be empty"), "")
        hours = self.several("hours", _("Hours"), "09:00-21:00", slot)
        everyone = numbered([*call, *reception], mode)
        return Answers(
            name=name,
            language=language_of(language),
            zone=zone,
            country=country,
            area_code=area_code,
            mode=mode,
            ami=ami if ":" in ami else f"{ami}:5038",
            records=records,
            trunk=tuple(trunk),
            trunk_user=user,
            trunk_secret_file=self._given["trunk_secret_file"] or "trunk.secret",
            hotlines=tuple(hotlines),
            call=everyone[: len(call)],
            reception=everyone[len(call) :],
            hours=tuple(hours),
        )

    def one(self, key: str, question: Message, default: str | None, check: Check) -> str:
        """One text: as the option says, else asked, else the default; raises for one that can't be used."""
        answer: str = self._answer(key, question, default, lambda text: check(text.strip()))
        return answer

    def several(self, key: str, question: Message, default: str | None, check: Check) -> list[Any]:
        """Texts with commas between."""

        def read(text: str) -> list[Any]:
            parts = [part.strip() for part in re.split("[,，、]", text) if part.strip()]
            if not parts and default != "":
                raise click.BadParameter(_("at least one is needed").render(None))
            return [check(part) for part in parts]

        answers: list[Any] = self._answer(key, _("%(question)s (commas between)", question=question), default, read)
        return answers

    def members(self, key: str, question: Message, default: str | None) -> list[Member]:
        """People; some may have no extension yet."""
        return self.several(key, question, default, member)

    def _answer(self, key: str, question: Message, default: str | None, read: Callable[[str], Any]) -> Any:
        given = self._given.get(key)
        text = ",".join(given) if isinstance(given, tuple) and given else given if isinstance(given, str) else None
        if text is None and self._can_ask:
            return click.prompt(question.render(None), default=default, value_proc=read, show_default=bool(default))
        if text is None:
            text = default
        option = f"--{key.replace('_', '-')}"
        if text is None:
            raise NotAnsweredError(
                _("%(question)s: not answered", question=question), cure=_("say %(option)s, or --ask", option=option)
            )
        try:
            return read(text)
        except click.BadParameter as error:
            raise click.BadParameter(error.message, param_hint=option) from error


PBX_QUESTION = _("PBX: private (ours) or existing")
AMI_QUESTION = _("The PBX's manager interface, HOST:PORT")
RECORDS_QUESTION = _("The PBX's own records, such as csv:/var/log/asterisk/cdr-csv/Master.csv; may be empty")
TRUNK_QUESTION = _("Trunk: addresses calls come from, or a server to register with")


def checked(kind: Any) -> Check:
    """A reader of one value of the site file; `click.BadParameter` says what is wrong with it, in both languages."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def check(text: str) -> Any:
        try:
            adapter.validate_python(text)
        except ValidationError as error:
            first = error.errors()[0]
            known = MISTAKES.get(first["type"])
            values = first.get("ctx", {})
            said = " — ".join(text.fill(**values).render(None) for text in known) if known else first["msg"]
            raise click.BadParameter(said) from error
        return text

    return check


def area_code_or_none(text: str) -> str:
    """An area code, or nothing."""
    return str(checked(AreaCode)(text)) if text else ""


def network_or_server(text: str) -> str:
    """Where calls come from; what has no letter is meant as an address."""
    return str(checked(Server if re.search("[A-Za-z]", text) and not is_network(text) else Network)(text))


def slot(text: str) -> tuple[str, str]:
    """`09:00-21:00` as its ends."""
    start, _, end = text.replace("–", "-").partition("-")
    return checked(SlotTime)(start.strip()), checked(SlotTime)(end.strip())


def member(text: str) -> Member:
    """`NAME`, `NAME=EXTENSION` or `NAME=PJSIP/101`."""
    name, _, phone = (part.strip() for part in text.replace("＝", "=").partition("="))
    checked(Text)(name)
    if "/" in phone:
        checked(DialString)(phone)
        digits = re.search(r"\d+$", phone)
        return Member(name=name, extension=digits[0] if digits else "", dial=phone)
    if phone:
        checked(Extension)(phone)
    return Member(name=name, extension=phone)


def numbered(members: list[Member], mode: PbxMode) -> tuple[Member, ...]:
    """Everyone with an extension: who named none gets the next free one."""
    taken = {one.extension for one in members}
    free = (str(n) for n in range(FIRST_EXTENSION, FIRST_EXTENSION + 10_000) if str(n) not in taken)
    made = []
    for one in members:
        extension = one.extension or next(free)
        dial = one.dial or (f"PJSIP/{extension}" if mode is PbxMode.EXISTING else "")
        made.append(Member(name=one.name, extension=extension, dial=dial))
    return tuple(made)
