"""What is said of things that don't fit together, and of what is worth a look. May live here: texts by id.

`{name}` stands for a value of the mistake.
"""

from __future__ import annotations

from router.config.message import Message

# What must fit together
TOGETHER: dict[str, Message] = {
    "twice": Message(
        "{zh_thing} {value} 与第 {line} 行重复",
        "各用各的",
        "{en_thing} {value} is the same as in line {line}",
        "give each its own",
    ),
    "unknown-trunk": Message("没有外线 {value}", "{zh_hint}", "there is no trunk {value}", "{en_hint}"),
    "unknown-consultant": Message("没有顾问 {value}", "{zh_hint}", "there is no consultant {value}", "{en_hint}"),
    "person-twice": Message(
        "{value} 在同一时段出现两次（R1）",
        "同一时段每人只在一个组写一次",
        "{value} is named twice in one slot (R1)",
        "name each person once a slot, in one group",
    ),
    "slots-overlap": Message(
        "时段 {value} 与第 {line} 行的时段 {slot} 重叠（R1）",
        "让一个结束时另一个才开始",
        "slot {value} overlaps slot {slot} of line {line} (R1)",
        "let one end where the other begins",
    ),
    "plans-compete": Message(
        "{value} 已在第 {line} 行的排班里（R1）",
        "每天只留一份同级的排班",
        "{value} is in the plan of line {line}, too (R1)",
        "leave one plan of a kind for each day",
    ),
    "no-cadence": Message(
        "不知道 {value} 一声响多久",
        "在 [policy] 写 ring_seconds",
        "the length of a ring in {value} is not known",
        "set ring_seconds in [policy]",
    ),
    "port-clash": Message(
        "端口 {port} 已被 {user} 使用", "换一个端口", "port {port} is taken by {user}", "take another port"
    ),
    "contact-is-us": Message(
        "话机地址 {value} 就是本系统的 SIP 地址",
        "写话机自己的地址和端口",
        "the phone's address {value} is our own SIP address",
        "write the phone's own address and port",
    ),
    "trunks-overlap": Message(
        "来电地址 {value} 也属于第 {line} 行的外线 {owner}",
        "每个地址只归一条外线",
        "calls from {value} belong to trunk {owner} of line {line}, too",
        "give each address to one trunk",
    ),
    "trunk-without-source": Message(
        "外线没写来电从哪里来",
        '加上 match = ["对方地址"]、register 或 account',
        "the trunk does not say where its calls come from",
        'add match = ["their address"], register or account',
    ),
    "account-trunk": Message(
        "外线用 account 就不用 {key}",
        "只留一种；两种都要就写成两条外线",
        "a trunk with account has no {key}",
        "leave one; for both ways write two trunks",
    ),
    "trunk-without-target": Message(
        "外线 {value} 不知道往哪里拨出",
        "在 match 里写一个单独的地址，或用 register",
        "trunk {value} does not know where calls out go to",
        "give a single address in match, or register",
    ),
    "needs-existing": Message(
        'dial 只用于 mode = "existing"',
        '自带的 Asterisk 写 account = "101"',
        'dial is for mode = "existing" only',
        'with our own Asterisk write account = "101"',
    ),
    "needs-private": Message(
        'contact 只用于 mode = "private"',
        '已有的总机写 dial = "PJSIP/104"',
        'contact is for mode = "private" only',
        'with an existing PBX write dial = "PJSIP/104"',
    ),
    "reserved-name": Message(
        "{value} 以 fixed- 开头，留给固定地址的话机",
        "换一个名称",
        "{value} begins with fixed-, which is kept for phones at fixed addresses",
        "take another name",
    ),
    "ami-in-the-clear": Message(
        "到 {value} 的管理接口未加密",
        "写 tls = true，或让 Asterisk 与本系统同机",
        "the link to the manager at {value} is not encrypted",
        "set tls = true, or have Asterisk on this machine",
    ),
    "secret-missing": Message(
        "读不了密码文件 {value}：{reason}",
        "建这个文件，里面只写密码，权限 600",
        "the secret file {value} can't be read: {reason}",
        "make it, with nothing but the secret in it, mode 600",
    ),
    "secret-empty": Message(
        "密码文件 {value} 是空的",
        "把密码写进去",
        "the secret file {value} is empty",
        "write the secret into it",
    ),
    "secret-readable": Message(
        "密码文件 {value} 人人可读",
        "chmod 600 {value}",
        "the secret file {value} can be read by everybody",
        "chmod 600 {value}",
    ),
    "weak-secret": Message(
        "账号 {value} 的密码太弱，而 SIP 对外开放",
        "用 12 个以上的字符，或不写，由系统生成",
        "the secret of account {value} is weak, and SIP is open to others",
        "use 12 characters or more, or leave it out: then one is made",
    ),
}

# Not wrong, but worth a look
WARNINGS: dict[str, Message] = {
    "weak-secret-here": Message(
        "账号 {value} 的密码太弱",
        "对外开放之前换掉，或不写，由系统生成",
        "the secret of account {value} is weak",
        "change it before SIP is opened to others, or leave it out: then one is made",
    ),
    "file-readable": Message(
        "文件里有密码，却人人可读",
        "chmod 600 {value}",
        "there are secrets in the file, and everybody can read it",
        "chmod 600 {value}",
    ),
    "pages-in-the-clear": Message(
        "网页对外开放而未加密，密码会被看见",
        "写 tls = true，或改回 127.0.0.1（局域网用 hotline up --lan）",
        "the pages are open to others without encryption, so passwords can be seen",
        "write tls = true, or go back to 127.0.0.1 (local network: hotline up --lan)",
    ),
    "emergency-extension": Message(
        "分机 {value} 与紧急电话同号",
        "换一个分机号",
        "extension {value} is an emergency number, too",
        "take another extension",
    ),
    "no-extension": Message(
        "{value} 没有分机号，同事拨不到，也不能转交",
        "加上 extension",
        "{value} has no extension: colleagues can neither dial nor hand over to them",
        "add extension",
    ),
    "no-plan": Message(
        "{zh_days}没有常设排班",
        "加一份 days 含这些天（或 daily）的 [[plan]]",
        "no standing plan covers {en_days}",
        "add a [[plan]] for these days, or for daily",
    ),
    "nobody": Message("没有顾问", "加上 [[consultant]]", "there are no consultants", "add [[consultant]]"),
    "no-hotline": Message(
        "没有热线号码，来电无处可接", "加上 [[hotline]]", "there is no hotline number", "add [[hotline]]"
    ),
    "slot-empty": Message(
        "时段 {value} 没有人", "在 call 里写顾问代号", "nobody is in slot {value}", "name consultants in call"
    ),
    "few-voice-ports": Message(
        "语音端口只够 {calls} 通电话，外线共 {lines} 路",
        "放宽 rtp_ports：一通电话要 4 个",
        "the voice ports are enough for {calls} calls, the trunks have {lines} lines",
        "widen rtp_ports: a call takes four",
    ),
    "cadences-differ": Message(
        "各外线的国家响铃长短不同；按第一条外线，一声 {value} 秒",
        "在 [policy] 写 ring_seconds",
        "the trunks' countries ring differently; the first trunk's counts: {value} s a ring",
        "set ring_seconds in [policy]",
    ),
    "never-open": Message(
        "最长响铃 {value} 秒不到 {rings} 声，来电永远不会人人可接",
        "加大 max_ring_seconds",
        "calls end after {value} s of ringing, before {rings} rings are over: they never open to everyone",
        "raise max_ring_seconds",
    ),
    "no-records": Message(
        "已有的总机没写话单来源，核对时没有总机记录",
        "在 [reconcile] 写 pbx",
        "the existing PBX's records are not named: reconciliation has nothing to compare with",
        "set pbx in [reconcile]",
    ),
    "user-without-consultant": Message(
        "用户 {value} 是置业顾问，却没写是哪一位",
        '加上 consultant = "代号"',
        "user {value} is a consultant, but not said which",
        'add consultant = "their id"',
    ),
}
