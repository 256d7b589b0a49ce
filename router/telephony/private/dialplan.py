"""The part of extensions.conf that differs from site to site: who comes in where, what phones may dial.

May live here: text from settings. What happens to a call of the hotline is in `dialplan/hotline.conf`, which has the
contexts `hotline-in` (a call: the number dialled is its extension) and `hotline-codes` (feature codes).

No pattern here matches other characters than digits but one: PJSIP unescapes `%0d%0a` in what was dialled, and Asterisk
writes it raw into AMI events, so a pattern ending in `.` lets a caller forge them where an event comes before the next
`Goto`. The one, for numbers that are nobody's, says nothing before it has gone on to an extension of ours.
"""

from __future__ import annotations

from collections.abc import Iterator

from router.telephony.private.settings import (
    EMERGENCY,
    INTERNATIONAL,
    NATIONAL,
    PREMIUM,
    PrivateSettings,
    TrunkSettings,
)

CLEAN = (
    # The very first step: a caller's number and name can carry line ends into AMI events (measured)
    "Set(CALLERID(num)=${FILTER(0-9+,${CALLERID(num)})})",
    "Set(CALLERID(name)=${FILTER(A-Za-z0-9 .\\x80-\\xff,${CALLERID(name)})})",
    "Set(REDIRECTING(from-num,i)=${FILTER(0-9+,${REDIRECTING(from-num)})})",
    "Set(REDIRECTING(from-name,i)=)",
)

DIALLED = "Set(__HOTLINE_NUMBER=${FILTER(+0-9A-Za-z,${EXTEN})})"
DIALLED_IN_TO = (
    "Set(TO=${PJSIP_HEADER(read,To)})",
    "Set(TO=${CUT(TO,@,1)})",
    "Set(TO=${CUT(TO,:,2)})",
    "Set(TO=${FILTER(+0-9,${CUT(TO,\\;,1)})})",
    "Set(__HOTLINE_NUMBER=${TO})",
)

FORWARDS = 'Set(__FORWARD_CONTEXT=${IF($["${HOTLINE_NUMBER}" = ""]?hotline-forwards:hotline-no-forwards)})'

# who is asked first and gets the caller then (attended transfer) has the keys from this call on
KEYS_IN_A_CALL = "Set(__DYNAMIC_FEATURES=hotline_other#hotline_hand_over)"

DIAL_SECONDS = 60


def extensions(settings: PrivateSettings) -> str:
    """All contexts of the site."""
    parts = [trunk_context(trunk) for trunk in settings.trunks]
    parts += [internal_context(settings), own_numbers_context(settings), outgoing_context(settings)]
    return "\n\n".join(parts)


def trunk_context(trunk: TrunkSettings) -> str:
    """Calls from a carrier: cleaned, marked with trunk and number, handed to the hotline; another number is told aloud.

    A carrier that we registered with may send the account as the number, and what was dialled in To.
    """
    name, numbers = f"hotline-trunk-{trunk.name}", f"hotline-trunk-{trunk.name}-numbers"
    lines = [f"[{name}]", f"include => {numbers}", f"include => {name}-rest", "", f"[{numbers}]"]
    mark = (*CLEAN, f"Set(__HOTLINE_TRUNK={trunk.name})")
    for dialled, number in trunk.numbers:
        lines += _extension(dialled, *mark, f"Set(__HOTLINE_NUMBER={number})", f"Goto(hotline-in,{number},1)")
    lines += ["", f"[{name}-rest]"]
    account = trunk.registration.username if trunk.registration else ""
    if account and account not in dict(trunk.numbers):
        found = f"$[0${{DIALPLAN_EXISTS({numbers},${{TO}},1)}} = 1]"
        only = {number for _, number in trunk.numbers}
        instead = f"{numbers},{only.pop()},1" if len(only) == 1 else "hotline-unknown,s,1"
        lines += _extension(account, *mark, *DIALLED_IN_TO, f"GotoIf({found}?{numbers},${{TO}},1:{instead})")
    return "\n".join([*lines, *_extension("_[+0-9A-Za-z].", *mark, DIALLED, "Goto(hotline-unknown,s,1)")])


def internal_context(settings: PrivateSettings) -> str:
    """Phones call each other. A call forward (302) leads to a colleague at most, with a hotline's caller nowhere."""
    lines = ["[hotline-forwards]", "include => hotline-internal", "include => hotline-no-forwards", ""]
    lines += ["[hotline-internal]"]
    for number, targets in settings.extensions:
        lines.append(f"exten => {number},hint,{'&'.join(targets)}")
        lines += _extension(number, FORWARDS, KEYS_IN_A_CALL, f"Dial({'&'.join(targets)},{DIAL_SECONDS})", "Hangup()")
    return "\n".join(lines)


def own_numbers_context(settings: PrivateSettings) -> str:
    """A phone of ours may call the hotline, too (a demonstration's caller does; a consultant's is told we are busy)."""
    lines = ["[hotline-own-numbers]"]
    numbers = {dialled: number for trunk in reversed(settings.trunks) for dialled, number in trunk.numbers}
    for dialled, number in numbers.items():  # each once, the first trunk's: Asterisk refuses a second with a warning
        lines += _extension(dialled, f"Set(__HOTLINE_NUMBER={number})", f"Goto(hotline-in,{number},1)")
    return "\n".join(lines)


def outgoing_context(settings: PrivateSettings) -> str:
    """Numbers outside, through the first trunk that allows it: none abroad unless allowed, none that earn others money.

    Each phone may make so many calls a day, emergencies apart: one that somebody has taken over costs little then.
    """
    lines = ["[hotline-outgoing]"]
    trunk = next((one for one in settings.trunks if one.outgoing and one.target), None)
    if trunk is None:
        return lines[0]
    dial = [f"Set(CALLERID(num)={number})" for _, number in trunk.numbers[:1]]
    dial += [f"Dial(PJSIP/${{EXTEN}}@{trunk.name},{DIAL_SECONDS})", "Hangup()"]
    refuse = ("Playtones(congestion)", "Wait(5)", "Hangup(21)")
    counted = ["Gosub(hotline-may-dial,s,1)", f'GotoIf($["${{GOSUB_RETVAL}}" = "no"]?{len(dial) + 3})', *dial, *refuse]
    for number in EMERGENCY.get(trunk.country, ("112",)):
        lines += _extension(number, *dial)
    for pattern in _permitted(trunk):
        lines += _extension(pattern, *counted)
    for pattern in _refused(trunk):
        lines += _extension(pattern, *refuse)
    return "\n".join([*lines, "", *_may_dial(trunk)])


def _permitted(trunk: TrunkSettings) -> Iterator[str]:
    if trunk.country in NATIONAL:
        yield from NATIONAL[trunk.country]
    else:
        yield from _lengths("", 3, 18)
    if trunk.international:
        yield from _lengths("+", 3, 18)
        yield from _lengths(INTERNATIONAL.get(trunk.country, "00"), 5, 18)


def _refused(trunk: TrunkSettings) -> Iterator[str]:
    """What would fit a pattern of those that are permitted, or should be told by a tone and not by a 404."""
    permitted = set(_permitted(trunk))
    prefixes = [*PREMIUM.get(trunk.country, ())]
    if not trunk.international:
        prefixes.append(INTERNATIONAL.get(trunk.country, "00"))
    patterns = [pattern for prefix in prefixes for pattern in _lengths(prefix, 0 if len(prefix) > 3 else 1, 18)]
    if trunk.country in NATIONAL:
        patterns += _lengths("", 3, 18)
    return (pattern for pattern in patterns if pattern not in permitted)


def _may_dial(trunk: TrunkSettings) -> list[str]:
    """Counts a phone's calls of the day, in AstDB; returns `no` beyond the limit."""
    return [
        "[hotline-may-dial]",
        *_extension(
            "s",
            "Set(DAY=${STRFTIME(${EPOCH},,%Y%m%d)})",
            'ExecIf($["${DB(hotline/out-day)}" != "${DAY}"]?DBdeltree(hotline-out))',
            "Set(DB(hotline/out-day)=${DAY})",
            "Set(PHONE=${CHANNEL(name)})",
            "Set(PHONE=${CUT(PHONE,-,1-$[${FIELDQTY(PHONE,-)} - 1])})",
            "Set(MADE=$[0${DB(hotline-out/${PHONE})} + 1])",
            f"GotoIf($[${{MADE}} > {trunk.daily_calls}]?10)",
            "Set(DB(hotline-out/${PHONE})=${MADE})",
            "Return()",
            "UserEvent(HotlineOutLimit,Key: ${HOTLINE_KEY},Phone: ${CHANNEL(name)})",
            "Return(no)",
        ),
    ]


def _lengths(prefix: str, least: int, most: int) -> Iterator[str]:
    """Patterns for `prefix` and `least` to `most` digits more; `.` would match line ends."""
    return (f"_{prefix}{'X' * count}" for count in range(least, most + 1))


def _extension(name: str, *steps: str) -> list[str]:
    return [f"exten => {name},1,{steps[0]}", *(f" same => n,{step}" for step in steps[1:])]
