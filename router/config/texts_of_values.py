"""What is said of a site file that can't be read, of single values, and of single tables. May live here: texts by id.

`{name}` stands for a value of the mistake.
"""

from __future__ import annotations

from router.config.message import Message

# The file
FILE: dict[str, Message] = {
    "file-missing": Message(
        "没有这个文件", "检查 --config 后的文件名", "there is no such file", "check the name after --config"
    ),
    "file-is-folder": Message(
        "这是文件夹，不是文件", "写出文件夹里的站点文件", "this is a folder, not a file", "name the site file in it"
    ),
    "file-unreadable": Message(
        "读不了文件：{reason}",
        "让运行 hotline 的用户可以读它",
        "the file can't be read: {reason}",
        "let the user that runs hotline read it",
    ),
    "not-utf8": Message("文件不是 UTF-8 编码", "另存为 UTF-8", "the file is not UTF-8", "save it as UTF-8"),
    "not-toml": Message(
        "TOML 语法错误：{detail}",
        "先改正这一行，其余错误才能查出",
        "not TOML: {detail}",
        "mend this line first; what else is wrong is found then",
    ),
}

# One value
VALUES: dict[str, Message] = {
    "unknown-key": Message("没有 {key} 这个设置", "{zh_hint}", "unknown key {key}", "{en_hint}"),
    "missing-key": Message("缺少 {key}", "加上 {example}", "{key} is missing", "add {example}"),
    "not-text": Message(
        "{value} 不是文字", "加上引号，如 {example}", "{value} is not text", "put it in quotes, like {example}"
    ),
    "not-whole-number": Message(
        "{value} 不是整数",
        "写不带引号的整数，如 {example}",
        "{value} is not a whole number",
        "write one without quotes, like {example}",
    ),
    "not-number": Message(
        "{value} 不是数",
        "写不带引号的数，如 {example}",
        "{value} is not a number",
        "write one without quotes, like {example}",
    ),
    "not-yes-no": Message(
        "{value} 不是 true 或 false",
        "写 true 或 false，不带引号",
        "{value} is neither true nor false",
        "write true or false, without quotes",
    ),
    "not-one-of": Message("{value} 不可用", "从中选一个：{choices}", "{value} won't do", "choose one of: {choices}"),
    "out-of-bounds": Message(
        "{value} 超出范围", "写{zh_bound}的数", "{value} is out of bounds", "write a number {en_bound}"
    ),
    "not-a-list": Message(
        "{value} 不是列表", "用方括号，如 {example}", "{value} is not a list", "use brackets, like {example}"
    ),
    "not-a-table": Message("{value} 不是一组设置", "如 {example}", "{value} is not a table", "write it like {example}"),
    "not-a-date": Message("{value} 不是日期", "写成 2026-12-01", "{value} is not a date", "write it like 2026-12-01"),
    "wrong-value": Message(
        "{value} 不可用：{detail}", "如 {example}", "{value} won't do: {detail}", "write it like {example}"
    ),
    "bad-text": Message(
        "{value} 为空、超过 80 字或含控制字符",
        "写一行普通文字",
        "{value} is empty, longer than 80 characters or has control characters",
        "write one line of plain text",
    ),
    "bad-duty": Message(
        "{value} 不是值班电话",
        '写置业顾问代号，或 号码@外线，如 "13900000101@carrier"',
        "{value} is no duty phone",
        'write a consultant\'s id, or number@trunk, such as "13900000101@carrier"',
    ),
    "bad-id": Message(
        "{value} 不可作代号",
        "只用字母、数字、- 和 _，最多 32 个",
        "{value} can't be an id",
        "use letters, digits, - and _ only, at most 32",
    ),
    "bad-number": Message(
        "{value} 不是电话号码",
        "只写数字，可以 + 开头，不要空格和横线",
        "{value} is not a telephone number",
        "digits only, perhaps a leading +, no spaces or dashes",
    ),
    "bad-area-code": Message("{value} 不是区号", "如 025", "{value} is not an area code", "write it like 025"),
    "bad-extension": Message(
        "{value} 不是分机号", "写 2 到 8 位数字", "{value} is not an extension", "write two to eight digits"
    ),
    "bad-prefix": Message(
        "{value} 不是外线前缀", "写最多 4 位数字、* 或 #", "{value} is no prefix", "write up to four digits, * or #"
    ),
    "bad-secret": Message(
        "密码不可用（不显示）",
        "用 1 到 64 个英文字符，不含空格和分号，不以 > 开头；也可不写，由系统生成",
        "the secret won't do (not shown)",
        "use 1 to 64 ASCII characters without spaces and semicolons, not beginning with >; "
        "or leave it out: then one is made",
    ),
    "bad-username": Message(
        "{value} 不可作用户名",
        "用 2 到 32 个字母、数字、.、- 或 _",
        "{value} can't be a user name",
        "use 2 to 32 letters, digits, dots, - or _",
    ),
    "bad-address": Message(
        "{value} 不是“IP 地址:端口”",
        "写成 127.0.0.1:8080，IPv6 写成 [::1]:8080",
        "{value} is not an IP address and port",
        "write it like 127.0.0.1:8080, or [::1]:8080 for IPv6",
    ),
    "bad-host": Message(
        "{value} 不是主机名或 IP 地址",
        "如 127.0.0.1",
        "{value} is neither a host name nor an IP address",
        "write it like 127.0.0.1",
    ),
    "bad-server": Message(
        "{value} 不是服务器地址",
        "写成 sip.example.com 或 sip.example.com:5060，不带 sip:",
        "{value} is not a server",
        "write it like sip.example.com or sip.example.com:5060, without sip:",
    ),
    "bad-match": Message(
        "{value} 不是 IP 地址或网段",
        "如 203.0.113.7 或 203.0.113.0/28",
        "{value} is neither an IP address nor a network",
        "write it like 203.0.113.7 or 203.0.113.0/28",
    ),
    "bad-contact": Message(
        "{value} 不是固定地址的话机",
        "写成 sip:c@127.0.0.1:5093",
        "{value} is not a phone at a fixed address",
        "write it like sip:c@127.0.0.1:5093",
    ),
    "bad-dial": Message(
        "{value} 不是 Asterisk 的拨号串",
        "如 PJSIP/104",
        "{value} is not a dial string of Asterisk",
        "write it like PJSIP/104",
    ),
    "bad-range": Message(
        "{value} 不是端口范围",
        "写成 20000-20999，介于 1024 和 65535，小的在前",
        "{value} is not a range of ports",
        "write it like 20000-20999, between 1024 and 65535, the smaller one first",
    ),
    "small-range": Message(
        "{value} 只有 {ports} 个端口，太少",
        "至少 20 个：一通电话要 4 个",
        "{value} has only {ports} ports: too few",
        "give 20 or more: a call takes four",
    ),
    "bad-time": Message(
        "{value} 不是时间", "写成 09:00，加引号", "{value} is not a time of day", 'write it like "09:00"'
    ),
    "bad-zone": Message(
        "没有 {value} 这个时区", "如 Asia/Shanghai", "there is no time zone {value}", "write one like Asia/Shanghai"
    ),
    "bad-country": Message(
        "{value} 不是国家代码",
        "写两个大写字母，如 CN",
        "{value} is not the code of a country",
        "write two capitals, like CN",
    ),
    "bad-url": Message(
        "数据库地址不可用（不显示，里面可能有密码）",
        "写 sqlite、sqlite:///路径 或 postgresql+psycopg://用户@主机/库名",
        "the database url won't do (not shown: a password may be in it)",
        "write sqlite, sqlite:///path or postgresql+psycopg://user@host/name",
    ),
    "bad-hook": Message(
        "{value} 不是网址",
        "写 https://…，不带用户名和密码",
        "{value} is no web address",
        "write https://..., without user name and password",
    ),
    "bad-source": Message(
        "话单来源不可用",
        "写 private、csv:/路径、sqlite:/路径 或数据库地址",
        "the source of the PBX's records won't do",
        "write private, csv:/path, sqlite:/path or a database url",
    ),
    "bad-presence": Message(
        "{value} 不可作状态名",
        "用 1 到 32 个字母、数字或 _，且不与现有状态和原因同名",
        "{value} can't be the name of a presence",
        "use 1 to 32 letters, digits or _, and no presence or reason that exists already",
    ),
}

# One table
TABLES: dict[str, Message] = {
    "form-field-not-asked": Message(
        "必填栏 {value} 不在 fields 里",
        "加进 fields，或不要求必填",
        "the required field {value} is not among fields",
        "add it to fields, or don't require it",
    ),
    "existing-without-ami": Message(
        'mode = "existing" 需要 [pbx.ami]',
        "加上 [pbx.ami]，写 host、port、username、secret_file",
        'mode = "existing" needs [pbx.ami]',
        "add [pbx.ami] with host, port, username and secret_file",
    ),
    "ami-without-existing": Message(
        '[pbx.ami] 只用于 mode = "existing"',
        "删去，或改 mode；自带的 Asterisk 用 ami_port",
        '[pbx.ami] is for mode = "existing" only',
        "take it away, or change the mode; our own Asterisk goes by ami_port",
    ),
    "phone-not-one": Message(
        "一部话机须写且只写 account、contact、dial、mobile 之一",
        '如 {{ account = "101" }}；多部话机写在 phones',
        "a phone is exactly one of account, contact, dial and mobile",
        'write it like {{ account = "101" }}; several phones go into phones',
    ),
    "mobile-without-trunk": Message(
        "手机须写经哪条外线拨出",
        '加上 trunk = "外线名称"',
        "a mobile needs the trunk that it is dialled through",
        'add trunk = "its name"',
    ),
    "stray-key": Message("{key} 只与 {other} 同用", "删去 {key}", "{key} only goes with {other}", "take {key} away"),
    "consultant-without-phone": Message(
        "顾问须写 phone 或 phones 之一",
        '加上 phone = {{ account = "101" }}；多部写 phones',
        "a consultant has either phone or phones",
        'write phone = {{ account = "101" }}, or phones for several',
    ),
    "slot-not-in-order": Message(
        "时段的结束不晚于开始",
        "改正；跨午夜的写成两个，后一个 continues = true",
        "the slot does not end after it begins",
        "mend it; over midnight make it two, the second with continues = true",
    ),
    "plan-without-days": Message(
        "排班没写用于哪些天",
        '加上 days = "daily" 或 dates',
        "the plan does not say for which days",
        'add days = "daily", or dates',
    ),
}
