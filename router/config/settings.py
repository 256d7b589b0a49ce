"""Every setting of the site file in one table: where, default, unit, help. May live here: the table and what it draws.

It feeds `config/hotline.toml` (each setting commented out with its default), the checks' hints, and docs/settings.md;
a test keeps all of them equal to the model.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the site file; `example` is what the commented file shows, TOML as written."""

    key: str
    example: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the site file, in the order of the file; `many`: it may come several times (`[[...]]`)."""

    name: str
    zh: str
    en: str
    settings: tuple[Setting, ...]
    many: bool = False


SECTIONS: tuple[Section, ...] = (
    Section(
        "site",
        "售楼处",
        "The office.",
        (
            Setting("name", '"售楼处"', "名称", "Its name, as pages show it."),
            Setting("zone", '"Asia/Shanghai"', "时区", "Time zone of days and slots."),
            Setting("language", '"zh"', "界面语言 zh 或 en", "Language of pages and messages: zh or en."),
            Setting("region", '"CN"', "号码所属国家", "Country whose rules numbers are read by."),
            Setting("area_code", '"025"', "本地号码前加的区号", "Area code put before local numbers."),
        ),
    ),
    Section(
        "web",
        "网页",
        "The pages.",
        (Setting("bind", '"127.0.0.1:8080"', "监听地址", "Address and port of the pages."),),
    ),
    Section(
        "pbx",
        "电话系统",
        "The telephone system.",
        (
            Setting(
                "mode",
                '"private"',
                "private 自带 Asterisk；existing 已有的",
                "private: our own Asterisk; existing: yours.",
            ),
            Setting("sip_bind", '"127.0.0.1:5060"', "SIP 地址", "Address and port of SIP (private)."),
            Setting("rtp_ports", '"20000-20999"', "语音端口范围", "Ports for voice (private)."),
            Setting("ami_port", "5038", "AMI 端口（仅本机）", "Port of AMI, loopback only (private)."),
            Setting(
                "alert_after_seconds",
                "4",
                "外线手机多少秒后算响铃",
                "A phone behind a trunk rings after so many seconds.",
            ),
            Setting(
                "silent_seconds", "4", "话机多少秒无声算故障", "A desk phone silent for so many seconds has failed."
            ),
        ),
    ),
    Section(
        "pbx.ami",
        "已有 Asterisk 的管理接口",
        "Manager interface of an existing Asterisk.",
        (
            Setting("host", '"127.0.0.1"', "主机", "Host."),
            Setting("port", "5038", "端口", "Port."),
            Setting("username", '"hotline"', "用户名", "User name."),
            Setting(
                "secret_file", '"/etc/hotline/ami.secret"', "密码文件", "File with the secret, readable by us alone."
            ),
            Setting("tls", "false", "加密", "Encrypt the link; needed beyond loopback."),
        ),
    ),
    Section(
        "store",
        "数据库",
        "The database.",
        (
            Setting(
                "url", '"sqlite"', "sqlite 或 postgresql+psycopg://…", "sqlite (data folder) or postgresql+psycopg://…"
            ),
        ),
    ),
    Section(
        "trunk",
        "外线",
        "A line to the carrier.",
        (
            Setting("name", '"carrier"', "名称", "Its name."),
            Setting("match", '["127.0.0.2"]', "来电地址", "Addresses that calls come from."),
            Setting(
                "register",
                '{ server = "sip.example.com", username = "400", secret_file = "trunk.secret" }',
                "或向运营商注册",
                "Or register with the carrier.",
            ),
            Setting("account", '"caller"', "或由对方用此账号呼入", "Or an account of ours that calls come from."),
            Setting("secret", '"change-me"', "该账号密码（可省）", "The account's secret; may be left out."),
            Setting("country", '"CN"', "振铃节奏的国家", "Country of the ringing cadence: CN 5 s a ring, US 6 s."),
            Setting("lines", "8", "同时通话数", "Calls at a time; unset: no limit."),
            Setting(
                "answer",
                '"waiting"',
                "总机何时应答 waiting|never|always",
                "When the PBX answers: waiting, never, always.",
            ),
            Setting(
                "no_answer_seconds", "60", "never 时等待上限（秒）", "With answer = never: longest wait in seconds."
            ),
            Setting("outgoing", "false", "可否外拨", "Whether calls may go out."),
            Setting("international", "false", "可否国际", "Whether they may go abroad."),
        ),
        many=True,
    ),
    Section(
        "hotline",
        "热线号码",
        "A number that is advertised.",
        (
            Setting("number", '"4008001234"', "号码（运营商送来的）", "The number as the carrier sends it."),
            Setting("trunk", '"carrier"', "外线", "The trunk it comes by."),
            Setting("name", '"主热线"', "名称", "Its name."),
            Setting("media", '"报纸"', "来源媒体", "How its callers heard of us."),
            Setting("aliases", '["02512345678"]', "别名", "Other forms of the number."),
        ),
        many=True,
    ),
    Section(
        "consultant",
        "置业顾问",
        "A consultant.",
        (
            Setting("id", '"A"', "代号", "A short id; it never changes."),
            Setting("name", '"陈晨"', "姓名", "Name."),
            Setting("extension", '"101"', "分机号", "What others dial; else the number of the first account."),
            Setting(
                "phone",
                '{ account = "101" }',
                "话机：account、contact、dial 或 mobile",
                "A phone: account (secret optional), contact, dial, or mobile with trunk and confirm.",
            ),
            Setting(
                "phones",
                '[{ account = "101" }, { mobile = "13900000101", trunk = "carrier" }]',
                "多部话机",
                "Several phones.",
            ),
        ),
        many=True,
    ),
    Section(
        "user",
        "登录用户",
        "Somebody who signs in; without any, one for each role is made on first start.",
        (
            Setting("username", '"zhang"', "用户名", "Name to sign in with."),
            Setting("name", '"张主管"', "姓名", "Name as shown."),
            Setting("role", '"supervisor"', "角色", "supervisor, manager, secretary, consultant or administrator."),
            Setting("consultant", '"A"', "对应置业顾问", "The consultant they are."),
        ),
        many=True,
    ),
    Section(
        "plan",
        "常设排班",
        "A standing plan; the most specific one counts.",
        (
            Setting(
                "days",
                '"daily"',
                "daily、weekdays、weekends、mon..sun",
                "daily, weekdays, weekends, mon..sun, or a list.",
            ),
            Setting("dates", '["2026-12-01"]', "或具体日期", "Or dates."),
            Setting(
                "slots",
                '[{ name = "白班", from = "09:00", to = "12:00", call = ["A"], reception = ["B"] }]',
                "时段",
                "Slots: name, from, to, continues, call, reception.",
            ),
        ),
        many=True,
    ),
    Section(
        "presence",
        "在岗状态",
        "Presence.",
        (
            Setting(
                "initial",
                '"off"',
                "每天开始时 off 或 present",
                "Where everyone starts a day: off (must check in) or present.",
            ),
        ),
    ),
    Section(
        "policy",
        "政策（规则 §9）",
        "Policy (DOMAIN 9).",
        (
            Setting("ring_seconds", "5", "一声几秒（默认按外线国家）", "Seconds a ring; unset: the trunk's country's."),
            Setting("rings", "3", "几声后人人可接", "Rings before everyone rings."),
            Setting("max_ring_seconds", "60", "最长振铃秒数", "Longest ringing."),
            Setting("max_wait_seconds", "120", "最长等待秒数", "Longest wait of a call never rung."),
            Setting("makeup", '"round"', "补接 round|carry", "Make-up: within the round, or carried over."),
            Setting("wrap_up_seconds", "0", "话后整理秒数", "Wrap-up after a hotline call."),
            Setting("presence", '{ lunch = "objective" }', "更多状态", "Further presences with their kind of reason."),
            Setting("lapse_days", "7", "几天无联系即失效", "Days without contact until a customer is free."),
            Setting(
                "owner_busy",
                '"substitute"',
                "原顾问忙时 substitute|wait",
                "When the owner is busy: substitute or wait.",
            ),
            Setting("absent_minutes", "10", "话机失联几分钟算缺席", "Minutes without registration until absent."),
            Setting("form_minutes", "30", "来电表期限（分钟）", "Minutes for a call form."),
            Setting("max_talk_seconds", "180", "热线通话上限", "Longest hotline talk."),
            Setting("max_other_talk_seconds", "120", "其他事务上限", "Longest talk about other business."),
        ),
    ),
    Section(
        "reconcile",
        "核对",
        "Nightly reconciliation.",
        (
            Setting("at", '"23:30"', "时间", "Time of day."),
            Setting(
                "pbx", '"private"', "话单来源", "The PBX's records: private, csv:/path, sqlite:/path or a database url."
            ),
        ),
    ),
)

HEAD = """\
# 售楼处热线：全部设置及其默认值。本文件不会被读取；把需要的行复制到自己的 site.toml。
# Every setting with its default or an example. This file is not read: copy what you need into your own site.toml.
"""


def commented_file() -> str:
    """`config/hotline.toml` as it must be."""
    parts = [HEAD]
    for section in SECTIONS:
        brackets = f"[[{section.name}]]" if section.many else f"[{section.name}]"
        parts.append(f"# {section.zh} · {section.en}\n# {brackets}")
        parts += [f"# {s.key} = {s.example}{' ' * 2}# {s.zh} · {s.en}" for s in section.settings]
        parts.append("")
    return "\n".join(parts)


def reference_page() -> str:
    """docs/settings.md as it must be."""
    parts = [
        "# Settings\n\nDrawn from `router/config/settings.py`. A site is one file: `hotline up --config site.toml`.\n"
    ]
    for section in SECTIONS:
        brackets = f"[[{section.name}]]" if section.many else f"[{section.name}]"
        parts.append(f"## {brackets}\n\n{section.en}\n\n| key | default or example | what |\n|---|---|---|")
        parts += [f"| `{s.key}` | `{s.example}` | {s.en} |" for s in section.settings]
        parts.append("")
    return "\n".join(parts)
