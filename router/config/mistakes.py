"""What is said of a site file: of every mistake, by its stable id, what is wrong and what to do about it.

May live here: that table. A test makes each id appear, with its line. `%(name)s` stands for a value of the mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from router.texts import Message, _, _p

HINT = Message("%(hint)s")  # a text of its own, made where the mistake was found


class WhatAndCure(NamedTuple):
    """What is wrong, and what to do about it."""

    what: Message
    cure: Message


MISTAKES: Mapping[str, WhatAndCure] = MappingProxyType(
    {
        # the file
        "file-missing": WhatAndCure(_("there is no such file"), _("check the name after --config")),
        "file-is-folder": WhatAndCure(_("this is a folder, not a file"), _("name the site file in it")),
        "file-unreadable": WhatAndCure(
            _("the file can't be read: %(reason)s"), _("let the user that runs hotline read it")
        ),
        "not-utf8": WhatAndCure(_("the file is not UTF-8"), _("save it as UTF-8")),
        "not-toml": WhatAndCure(_("not TOML: %(detail)s"), _("mend this line first; what else is wrong is found then")),
        # one value
        "unknown-key": WhatAndCure(_("unknown key %(key)s"), HINT),
        "missing-key": WhatAndCure(_("%(key)s is missing"), _("add %(example)s")),
        "not-text": WhatAndCure(_("%(value)s is not text"), _("put it in quotes, like %(example)s")),
        "not-whole-number": WhatAndCure(
            _("%(value)s is not a whole number"), _("write one without quotes, like %(example)s")
        ),
        "not-number": WhatAndCure(
            _("%(value)s is not a number"), _p("cure", "write one without quotes, like %(example)s")
        ),
        "not-yes-no": WhatAndCure(_("%(value)s is neither true nor false"), _("write true or false, without quotes")),
        "not-one-of": WhatAndCure(_("%(value)s won't do"), _("choose one of: %(choices)s")),
        "out-of-bounds": WhatAndCure(_("%(value)s is out of bounds"), _("write a number %(bound)s")),
        "not-a-list": WhatAndCure(_("%(value)s is not a list"), _("use brackets, like %(example)s")),
        "not-a-table": WhatAndCure(_("%(value)s is not a table"), _("write it like %(example)s")),
        "not-a-date": WhatAndCure(_("%(value)s is not a date"), _("write it like 2026-12-01")),
        "wrong-value": WhatAndCure(_("%(value)s won't do: %(detail)s"), _("write it like %(example)s")),
        "bad-text": WhatAndCure(
            _("%(value)s is empty, longer than 80 characters or has control characters"),
            _("write one line of plain text"),
        ),
        "bad-duty": WhatAndCure(
            _("%(value)s is no duty phone"),
            _('write a consultant\'s id, or number@trunk, such as "13900000101@carrier"'),
        ),
        "bad-id": WhatAndCure(_("%(value)s can't be an id"), _("use letters, digits, - and _ only, at most 32")),
        "bad-number": WhatAndCure(
            _("%(value)s is not a telephone number"), _("digits only, perhaps a leading +, no spaces or dashes")
        ),
        "bad-area-code": WhatAndCure(_("%(value)s is not an area code"), _("write it like 025")),
        "bad-extension": WhatAndCure(_("%(value)s is not an extension"), _("write two to eight digits")),
        "bad-prefix": WhatAndCure(_("%(value)s is no prefix"), _("write up to four digits, * or #")),
        "bad-secret": WhatAndCure(
            _("the secret won't do (not shown)"),
            _(
                "use 1 to 64 ASCII characters without spaces and semicolons, not beginning with >; "
                "or leave it out: then one is made"
            ),
        ),
        "bad-username": WhatAndCure(
            _("%(value)s can't be a user name"), _("use 2 to 32 letters, digits, dots, - or _")
        ),
        "bad-address": WhatAndCure(
            _("%(value)s is not an IP address and port"), _("write it like 127.0.0.1:8080, or [::1]:8080 for IPv6")
        ),
        "bad-host": WhatAndCure(_("%(value)s is neither a host name nor an IP address"), _("write it like 127.0.0.1")),
        "bad-server": WhatAndCure(
            _("%(value)s is not a server"), _("write it like sip.example.com or sip.example.com:5060, without sip:")
        ),
        "bad-match": WhatAndCure(
            _("%(value)s is neither an IP address nor a network"), _("write it like 203.0.113.7 or 203.0.113.0/28")
        ),
        "bad-contact": WhatAndCure(
            _("%(value)s is not a phone at a fixed address"), _("write it like sip:c@127.0.0.1:5093")
        ),
        "bad-dial": WhatAndCure(_("%(value)s is not a dial string of Asterisk"), _("write it like PJSIP/104")),
        "bad-range": WhatAndCure(
            _("%(value)s is not a range of ports"),
            _("write it like 20000-20999, between 1024 and 65535, the smaller one first"),
        ),
        "small-range": WhatAndCure(
            _("%(value)s has only %(ports)s ports: too few"), _("give 20 or more: a call takes four")
        ),
        "bad-time": WhatAndCure(_("%(value)s is not a time of day"), _('write it like "09:00"')),
        "bad-zone": WhatAndCure(_("there is no time zone %(value)s"), _("write one like Asia/Shanghai")),
        "bad-country": WhatAndCure(_("%(value)s is not the code of a country"), _("write two capitals, like CN")),
        "bad-url": WhatAndCure(
            _("the database url won't do (not shown: a password may be in it)"),
            _("write sqlite, sqlite:///path or postgresql+psycopg://user@host/name"),
        ),
        "bad-hook": WhatAndCure(
            _("%(value)s is no web address"), _("write https://..., without user name and password")
        ),
        "bad-source": WhatAndCure(
            _("the source of the PBX's records won't do"), _("write private, csv:/path, sqlite:/path or a database url")
        ),
        "bad-presence": WhatAndCure(
            _("%(value)s can't be the name of a presence"),
            _("use 1 to 32 letters, digits or _, and no presence or reason that exists already"),
        ),
        # one table
        "form-field-not-asked": WhatAndCure(
            _("the required field %(value)s is not among fields"), _("add it to fields, or don't require it")
        ),
        "existing-without-ami": WhatAndCure(
            _('mode = "existing" needs [pbx.ami]'), _("add [pbx.ami] with host, port, username and secret_file")
        ),
        "ami-without-existing": WhatAndCure(
            _('[pbx.ami] is for mode = "existing" only'),
            _("take it away, or change the mode; our own Asterisk goes by ami_port"),
        ),
        "phone-not-one": WhatAndCure(
            _("a phone is exactly one of account, contact, dial and mobile"),
            _('write it like { account = "101" }; several phones go into phones'),
        ),
        "mobile-without-trunk": WhatAndCure(
            _("a mobile needs the trunk that it is dialled through"), _('add trunk = "its name"')
        ),
        "stray-key": WhatAndCure(_("%(key)s only goes with %(other)s"), _("take %(key)s away")),
        "consultant-without-phone": WhatAndCure(
            _("a consultant has either phone or phones"), _('write phone = { account = "101" }, or phones for several')
        ),
        "slot-not-in-order": WhatAndCure(
            _("the slot does not end after it begins"),
            _("mend it; over midnight make it two, the second with continues = true"),
        ),
        "plan-without-days": WhatAndCure(_("the plan does not say for which days"), _('add days = "daily", or dates')),
        # what must fit together
        "twice": WhatAndCure(_("%(thing)s %(value)s is the same as in line %(line)s"), _("give each its own")),
        "unknown-trunk": WhatAndCure(_("there is no trunk %(value)s"), HINT),
        "unknown-consultant": WhatAndCure(_("there is no consultant %(value)s"), HINT),
        "person-twice": WhatAndCure(
            _("%(value)s is named twice in one slot (R1)"), _("name each person once a slot, in one group")
        ),
        "slots-overlap": WhatAndCure(
            _("slot %(value)s overlaps slot %(slot)s of line %(line)s (R1)"), _("let one end where the other begins")
        ),
        "plans-compete": WhatAndCure(
            _("%(value)s is in the plan of line %(line)s, too (R1)"), _("leave one plan of a kind for each day")
        ),
        "no-cadence": WhatAndCure(
            _("the length of a ring in %(value)s is not known"), _("set ring_seconds in [policy]")
        ),
        "port-clash": WhatAndCure(_("port %(port)s is taken by %(user)s"), _("take another port")),
        "contact-is-us": WhatAndCure(
            _("the phone's address %(value)s is our own SIP address"), _("write the phone's own address and port")
        ),
        "trunks-overlap": WhatAndCure(
            _("calls from %(value)s belong to trunk %(owner)s of line %(line)s, too"),
            _("give each address to one trunk"),
        ),
        "trunk-without-source": WhatAndCure(
            _("the trunk does not say where its calls come from"),
            _('add match = ["their address"], register or account'),
        ),
        "account-trunk": WhatAndCure(
            _("a trunk with account has no %(key)s"), _("leave one; for both ways write two trunks")
        ),
        "trunk-without-target": WhatAndCure(
            _("trunk %(value)s does not know where calls out go to"), _("give a single address in match, or register")
        ),
        "needs-existing": WhatAndCure(
            _('dial is for mode = "existing" only'), _('with our own Asterisk write account = "101"')
        ),
        "needs-private": WhatAndCure(
            _('contact is for mode = "private" only'), _('with an existing PBX write dial = "PJSIP/104"')
        ),
        "reserved-name": WhatAndCure(
            _("%(value)s begins with fixed-, which is kept for phones at fixed addresses"), _("take another name")
        ),
        "ami-in-the-clear": WhatAndCure(
            _("the link to the manager at %(value)s is not encrypted"),
            _("set tls = true, or have Asterisk on this machine"),
        ),
        "secret-missing": WhatAndCure(
            _("the secret file %(value)s can't be read: %(reason)s"),
            _("make it, with nothing but the secret in it, mode 600"),
        ),
        "secret-empty": WhatAndCure(_("the secret file %(value)s is empty"), _("write the secret into it")),
        "secret-readable": WhatAndCure(
            _("the secret file %(value)s can be read by everybody"), _("chmod 600 %(value)s")
        ),
        "weak-secret": WhatAndCure(
            _("the secret of account %(value)s is weak, and SIP is open to others"),
            _("use 12 characters or more, or leave it out: then one is made"),
        ),
        # not wrong, but worth a look
        "weak-secret-here": WhatAndCure(
            _("the secret of account %(value)s is weak"),
            _("change it before SIP is opened to others, or leave it out: then one is made"),
        ),
        "file-readable": WhatAndCure(
            _("there are secrets in the file, and everybody can read it"), _("chmod 600 %(value)s")
        ),
        "pages-in-the-clear": WhatAndCure(
            _("the pages are open to others without encryption, so passwords can be seen"),
            _("write tls = true, or go back to 127.0.0.1 (local network: hotline up --lan)"),
        ),
        "emergency-extension": WhatAndCure(
            _("extension %(value)s is an emergency number, too"), _("take another extension")
        ),
        "no-extension": WhatAndCure(
            _("%(value)s has no extension: colleagues can neither dial nor hand over to them"), _("add extension")
        ),
        "no-plan": WhatAndCure(_("no standing plan covers %(days)s"), _("add a [[plan]] for these days, or for daily")),
        "nobody": WhatAndCure(_("there are no consultants"), _("add [[consultant]]")),
        "no-hotline": WhatAndCure(_("there is no hotline number"), _("add [[hotline]]")),
        "slot-empty": WhatAndCure(_("nobody is in slot %(value)s"), _("name consultants in call")),
        "few-voice-ports": WhatAndCure(
            _("the voice ports are enough for %(calls)s calls, the trunks have %(lines)s lines"),
            _("widen rtp_ports: a call takes four"),
        ),
        "cadences-differ": WhatAndCure(
            _("the trunks' countries ring differently; the first trunk's counts: %(value)s s a ring"),
            _("set ring_seconds in [policy]"),
        ),
        "never-open": WhatAndCure(
            _("calls end after %(value)s s of ringing, before %(rings)s rings are over: they never open to everyone"),
            _("raise max_ring_seconds"),
        ),
        "no-records": WhatAndCure(
            _("the existing PBX's records are not named: reconciliation has nothing to compare with"),
            _("set pbx in [reconcile]"),
        ),
        "user-without-consultant": WhatAndCure(
            _("user %(value)s is a consultant, but not said which"), _('add consultant = "their id"')
        ),
    }
)
