"""What an office writes into its own Asterisk. May live here: those lines, and how each file is reloaded."""

from __future__ import annotations

from router.config.first_file import Answers
from router.telephony.switchboard.board import EVENT_NAMES

LINES = """\
; --- manager.conf                                    (asterisk -rx "manager reload")
[hotline]
secret = {secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = call,user
write = call,originate,reporting
{filters}

; --- extensions.conf                                 (asterisk -rx "dialplan reload")
#include "hotline.conf"
; in your trunk's context:
{numbers}
; in your phones' context, first line:
include => hotline-codes

; --- features.conf, last line                        (asterisk -rx "module reload features")
#include "hotline-features.conf"

; --- cdr.conf, where Master.csv is to be read        (asterisk -rx "module reload cdr_csv")
[csv]
loguniqueid = yes
newcdrcolumns = yes
"""


def lines_for_pbx(answers: Answers, secret: str) -> str:
    """All lines that the office's Asterisk needs; docs/own-pbx.md says where the files of ours go."""
    return LINES.format(
        secret=secret,
        filters="\n".join(f"eventfilter(name({name})) =" for name in EVENT_NAMES),
        numbers="\n".join(f"exten => {number},1,Goto(hotline-in,${{EXTEN}},1)" for number in answers.hotlines),
    )
