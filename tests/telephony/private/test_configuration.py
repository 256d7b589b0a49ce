"""From a site to Asterisk's configuration: who is known by what, who may dial what, what can't be smuggled."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from router.config.model import Site
from router.telephony.private.binary import AsteriskBinary, AsteriskOrigin
from router.telephony.private.conf import configuration, render
from router.telephony.private.dialplan import extensions
from router.telephony.private.errors import AsteriskSettingsError
from router.telephony.private.from_site import dial_string, settings_for
from router.telephony.private.settings import AccountSettings, PrivateSettings, Registration, TrunkSettings
from tests.telephony.private.conftest import HOTLINE, office

SITE = {
    "trunk": [{"name": "carrier", "match": ["127.0.0.2"], "outgoing": True}],
    "hotline": [{"number": HOTLINE, "trunk": "carrier", "aliases": ["+864008001234"]}],
    "consultant": [
        {"id": "A", "name": "陈晨", "phone": {"account": "101", "secret": "secret-of-101"}},
        {"id": "B", "name": "李丽", "phones": [{"account": "102"}, {"mobile": "13900000102", "trunk": "carrier"}]},
        {"id": "C", "name": "王伟", "extension": "103", "phone": {"contact": "sip:c@127.0.0.1:5093"}},
    ],
}


def binary(version: tuple[int, ...] = (22, 10, 1), folder: Path = Path("/nowhere")) -> AsteriskBinary:
    return AsteriskBinary(
        command=("asterisk",), modules=folder, data=folder, version=version, origin=AsteriskOrigin.TREE
    )


def secret(name: str) -> str:
    return f"made-up-{name}"


def texts(settings: PrivateSettings) -> dict[str, str]:
    return configuration(settings, binary(), Path("/data/asterisk"))


def test_a_site_becomes_trunks_phones_and_extensions() -> None:
    site = Site.model_validate(SITE)
    settings = settings_for(site, secret)

    assert settings.trunks[0].numbers[:2] == ((HOTLINE, HOTLINE), ("+864008001234", HOTLINE))
    assert {"864008001234", "04008001234"} <= dict(settings.trunks[0].numbers).keys(), "as carriers may write it"
    assert [(one.account, one.secret) for one in settings.accounts] == [
        ("101", "secret-of-101"),
        ("102", "made-up-sip-102"),
    ]
    assert [(one.name, one.address, one.number) for one in settings.contacts] == [("fixed-C", "127.0.0.1:5093", "103")]
    assert settings.extensions == (("101", ("PJSIP/101",)), ("102", ("PJSIP/102",)), ("103", ("PJSIP/fixed-C",)))
    b = site.consultants[1]
    assert [dial_string(b, phone) for phone in b.all_phones] == ["PJSIP/102", "PJSIP/13900000102@carrier"]


def test_no_pattern_of_strangers_matches_anything_but_digits() -> None:
    text = extensions(settings_for(Site.model_validate(SITE), secret))

    lines = text.splitlines()
    open_ended = [number for number, line in enumerate(lines) if re.match(r"exten => _.*[.!],", line)]
    assert [lines[number].partition(",")[0] for number in open_ended] == ["exten => _[+0-9A-Za-z]."]
    said = [line for line in lines[open_ended[0] : lines.index("", open_ended[0])] if "EXTEN" in line]
    assert said == [" same => n,Set(__HOTLINE_NUMBER=${FILTER(+0-9A-Za-z,${EXTEN})})"], "cleaned before it is said"


def test_the_first_steps_of_a_trunks_call_filter_number_and_name() -> None:
    text = extensions(settings_for(Site.model_validate(SITE), secret))
    steps = text.partition(f"exten => {HOTLINE},1,")[2].splitlines()

    assert "FILTER(0-9+,${CALLERID(num)})" in steps[0]
    assert "CALLERID(name)" in steps[1]


def test_phones_dial_out_only_where_a_trunk_allows_it_and_not_abroad() -> None:
    site = Site.model_validate(SITE)
    text = extensions(settings_for(site, secret)).partition("[hotline-outgoing]")[2]
    assert "exten => 110,1" in text
    assert "Dial(PJSIP/${EXTEN}@carrier" in text
    assert "exten => _00XX,1,Playtones(congestion)" in text

    closed = replace(settings_for(site, secret), trunks=(TrunkSettings(name="carrier", match=("127.0.0.2",)),))
    assert "Dial" not in extensions(closed).partition("[hotline-outgoing]")[2]


def test_a_trunk_that_registers_is_known_by_its_line() -> None:
    registration = Registration(server="sip.example.com", username="400", secret="carrier-secret")
    settings = replace(
        office(Path("/x")), trunks=(TrunkSettings(name="carrier", registration=registration, outgoing=True),)
    )
    text = texts(settings)["pjsip.conf"]

    assert "line = yes" in text
    assert "server_uri = sip:sip.example.com" in text
    assert "carrier-identify" not in text
    assert "carrier-secret" not in repr(settings)


@pytest.mark.parametrize("hostile", ["a\nb", "a\r\nsecret = x", "a;b", "a\x00b"])
def test_nothing_that_ends_a_line_gets_into_a_configuration(hostile: str) -> None:
    with pytest.raises(AsteriskSettingsError):
        AccountSettings(account="101", secret=hostile)
    with pytest.raises(AsteriskSettingsError):
        AccountSettings(account="101", secret="secret", display=hostile)
    with pytest.raises(AsteriskSettingsError):
        TrunkSettings(name=hostile)
    with pytest.raises(AsteriskSettingsError):
        replace(office(Path("/x")), system_name=hostile)


def test_a_consultants_strange_name_becomes_a_harmless_one() -> None:
    site = Site.model_validate(
        {"consultant": [{"id": "A", "name": 'a";\n[x]<1>', "phone": {"account": "101", "secret": "secret-of-101"}}]}
    )
    text = texts(settings_for(site, secret))["pjsip.conf"]

    assert 'callerid = "a  [x]1" <101>' in text


def test_one_name_for_a_trunk_and_a_phone_is_refused() -> None:
    with pytest.raises(AsteriskSettingsError, match="101"):
        replace(office(Path("/x")), trunks=(TrunkSettings(name="101", match=("127.0.0.2",)),))


def test_a_trunk_at_the_phones_address_is_asked_last() -> None:
    apart, together = (
        office(Path("/x")),
        replace(office(Path("/x")), trunks=(TrunkSettings(name="carrier", match=("127.0.0.1",)),)),
    )

    assert "endpoint_identifier_order = ip,username" in texts(apart)["pjsip.conf"]
    assert "endpoint_identifier_order = username,ip" in texts(together)["pjsip.conf"]


def test_older_asterisks_get_the_filters_that_they_know() -> None:
    settings = office(Path("/x"))
    new = configuration(settings, binary((22, 1)), Path("/data"))["manager.conf"]
    old = configuration(settings, binary((20, 6)), Path("/data"))["manager.conf"]

    assert "eventfilter(name(UserEvent)) =" in new
    assert "eventfilter = Event: UserEvent" in old
    assert "eventfilter(name(Newstate),header(Uniqueid),method(starts_with)) = hl." in new  # of phones that we ring
    assert "eventfilter(name(Newstate)) =" not in new
    assert "eventfilter(action(exclude),name(DeviceStateChange),header(Device),method(exact)) = PJSIP/carrier" in new
    filters = [line for line in (new + old).splitlines() if line.startswith("eventfilter")]
    assert not any("Newchannel" in line for line in filters)  # a caller could forge what it says (FACTS)


def test_beyond_this_machine_sip_is_taken_from_private_networks_and_the_carrier() -> None:
    site = Site.model_validate({**SITE, "pbx": {"sip_bind": "192.168.1.5:5060"}})
    settings = settings_for(site, secret)

    assert "10.0.0.0/8" in settings.permit
    assert "127.0.0.2" in settings.permit
    assert "deny = 0.0.0.0/0" in texts(settings)["pjsip.conf"]


def test_paths_are_in_a_section_that_counts() -> None:
    text = texts(office(Path("/x")))["asterisk.conf"]

    assert "[directories]\n" in text
    assert "astrundir = /data/asterisk/run" in text


def test_a_template_with_an_unknown_name_is_our_mistake() -> None:
    with pytest.raises(AsteriskSettingsError, match="colour"):
        render("@{colour}", {})


def test_a_number_that_comes_by_two_trunks_stands_once_among_those_our_phones_dial() -> None:
    twice = [{"name": name, "match": [host]} for name, host in (("one", "127.0.0.2"), ("two", "127.0.0.3"))]
    hotline = [{"number": HOTLINE, "trunk": "one"}, {"number": "4000000002", "trunk": "two", "aliases": [HOTLINE]}]
    own = extensions(
        settings_for(Site.model_validate({**SITE, "trunk": [*twice, *SITE["trunk"]], "hotline": hotline}), secret)
    )
    own = own.partition("[hotline-own-numbers]")[2].partition("\n[")[0]
    assert own.count(f"exten => {HOTLINE},1,") == 1
    assert "exten => 4000000002,1," in own
