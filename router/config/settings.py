"""Every setting of the site file in one table: where, default or example, unit, help. May live here: the table alone.

It feeds `config/hotline.toml`, docs/settings.md, `hotline config explain`, and what the checks propose (`example`,
did-you-mean). `drawing.py` adds the limits, which the model knows. Tests keep table and model equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One key; `value` is its default, else an example, as TOML is written.

    `alternative`: it stands instead of another one, so that not all of them can be set at once.
    """

    key: str
    value: str
    zh: str
    en: str
    unit: str = ""
    alternative: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One table, in the order of the file; `many`: `[[...]]`; `inline`: written in braces as the value of a key."""

    name: str
    zh: str
    en: str
    settings: tuple[Setting, ...]
    many: bool = False
    inline: bool = False
    alternative: bool = False

    @property
    def heading(self) -> str:
        """The name as the file writes it."""
        return f"[[{self.name}]]" if self.many else f"{self.name} = {{…}}" if self.inline else f"[{self.name}]"


UNITS: dict[str, tuple[str, str]] = {
    "s": ("秒", "seconds"),
    "min": ("分钟", "minutes"),
    "days": ("天", "days"),
    "rings": ("声", "rings"),
    "calls": ("通", "calls"),
}

# fmt: off
# a setting a line reads like the table that it is
SECTIONS: tuple[Section, ...] = (
    Section(
        "site",
        "售楼处",
        "The office.",
        (
            Setting("name", '"售楼处"', "名称，显示在网页上", "Its name, as pages show it."),
            Setting("zone", '"Asia/Shanghai"', "日期和时段所用的时区", "Time zone of days and slots."),
            Setting("language", '"zh"', "网页和提示的语言：zh 或 en", "Language of pages and messages: zh or en."),
            Setting("region", '"CN"', "按哪国的规则读写号码", "Country by whose rules numbers are read and written."),
            Setting("area_code", '"025"', "加在本地号码前的区号", "Area code put before local numbers."),
        ),
    ),
    Section(
        "web",
        "网页",
        "The pages.",
        (
            Setting("bind", '"127.0.0.1:8080"', "网页的 IP 地址和端口", "IP address and port of the pages."),
            Setting("tls", "false", "加密，首次启动时自制证书（数据文件夹的 tls 里，可换成自己的）；hotline up --lan 自动打开", "Encrypt, by a certificate made at the first start (in tls of the data folder; your own may take its place); hotline up --lan switches it on."),
        ),
    ),
    Section(
        "pbx",
        "电话系统",
        "The telephone system.",
        (
            Setting("mode", '"private"', "private：自带 Asterisk；existing：已有的，另写 [pbx.ami]", "private: our own Asterisk; existing: yours, with [pbx.ami]."),
            Setting("sip_bind", '"127.0.0.1:5060"', "SIP 的 IP 地址和端口（private）", "IP address and port of SIP (private)."),
            Setting("rtp_ports", '"20000-20999"', "语音端口范围，来电和每部响铃的话机各用 2 个（private）", "Ports for voice: two for each caller and for each phone that rings (private)."),
            Setting("ami_port", "5038", "管理接口端口，只在本机（private）", "Port of the manager interface, on loopback only (private)."),
            Setting("alert_after_seconds", "4", "外线后的话机（手机）呼出多久算开始响铃", "A phone behind a trunk (a mobile) counts as ringing so long after it was called.", "s"),
            Setting("silent_seconds", "4", "座机多久不响算故障", "A desk phone that has not rung so long after it was called has failed.", "s"),
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
            Setting("secret_file", '"ami.secret"', "只写密码的文件，权限 600；相对路径从本文件所在文件夹算起", "File with nothing but the secret, mode 600; a relative path begins in this file's folder."),
            Setting("tls", "false", "加密；不在本机时必须", "Encrypt the link; a must beyond this machine."),
        ),
        alternative=True,
    ),
    Section(
        "store",
        "数据库",
        "The database.",
        (
            Setting("url", '"sqlite"', "sqlite（在数据文件夹里）或 postgresql+psycopg://用户@主机/库名", "sqlite (in the data folder) or postgresql+psycopg://user@host/name."),
        ),
    ),
    Section(
        "trunk",
        "外线：match、register、account 至少写一个",
        "A line to a carrier: with match, register or account.",
        (
            Setting("name", '"carrier"', "名称", "Its name."),
            Setting("match", '["127.0.0.2"]', "来电的 IP 地址或网段", "IP addresses or networks that calls come from."),
            Setting("register", '{ server = "sip.example.com", username = "400", secret_file = "trunk.secret" }', "或向运营商注册", "Or register with the carrier.", alternative=True),
            Setting("account", '"caller"', "或由对方用这个 SIP 账号登录", "Or the other side signs in with this SIP account.", alternative=True),
            Setting("secret", '"make-your-own"', "该账号的密码；不写则自动生成", "The account's secret; left out, one is made.", alternative=True),
            Setting("country", '"CN"', "所在国家，决定一声多长（CN 5 秒，US 6 秒）", "Its country, which tells how long a ring is (CN 5 s, US 6 s)."),
            Setting("lines", "8", "可同时通话数；不写则不限", "Calls at a time; unset: no limit.", "calls"),
            Setting("answer", '"waiting"', "总机何时自行应答（开始计费）：waiting 需等待或不在时段时，never 从不，always 总是", "When the PBX answers by itself, which starts billing: waiting (a call must wait, or nobody is on), never, always."),
            Setting("no_answer_seconds", "60", "answer = never 时来电最多等多久", "Longest wait of a call with answer = never.", "s"),
            Setting("outgoing", "false", "话机可否经此外线拨出", "Whether phones may call out through it."),
            Setting("international", "false", "可否拨国际长途", "Whether they may call abroad."),
            Setting("tells_hangup", "true", "能否得知对方已挂机；多数模拟线不能，「先挂机」便记为未知", "Whether it tells that the other side has hung up; most analogue lines can't, and who hung up first is then unknown."),
        ),
        many=True,
    ),
    Section(
        "trunk.register",
        "向运营商注册",
        "Registering with the carrier.",
        (
            Setting("server", '"sip.example.com"', "服务器，可带端口", "Its server, perhaps with a port."),
            Setting("username", '"400"', "用户名", "User name."),
            Setting("secret_file", '"trunk.secret"', "只写密码的文件，权限 600", "File with nothing but the secret, mode 600."),
        ),
        inline=True,
    ),
    Section(
        "hotline",
        "热线号码",
        "A number that is advertised.",
        (
            Setting("number", '"4008001234"', "号码，按运营商送来的写", "The number as the carrier sends it."),
            Setting("trunk", '"carrier"', "从哪条外线来", "The trunk it comes by."),
            Setting("name", '"主热线"', "名称", "Its name."),
            Setting("media", '"报纸"', "来电者从哪里得知（来源媒体）", "How its callers heard of us."),
            Setting("aliases", '["02512345678"]', "同一号码的其他写法", "Other forms of the number."),
        ),
        many=True,
    ),
    Section(
        "consultant",
        "置业顾问",
        "A consultant.",
        (
            Setting("id", '"A"', "代号，一直不变", "A short id; it never changes."),
            Setting("name", '"陈晨"', "姓名", "Name."),
            Setting("extension", '"101"', "分机号；不写则用第一个数字账号", "What others dial; else the first account that is a number."),
            Setting("phone", '{ account = "101" }', "话机", "The phone."),
            Setting("phones", '[{ account = "101" }, { mobile = "13900000101", trunk = "carrier" }]', "或多部话机，同时响", "Or several phones, which ring together.", alternative=True),
        ),
        many=True,
    ),
    Section(
        "consultant.phone",
        "一部话机：account、contact、dial、mobile 只写一个",
        "One phone: exactly one of account, contact, dial and mobile.",
        (
            Setting("account", '"101"', "自带 Asterisk 上的 SIP 账号", "A SIP account of our own Asterisk."),
            Setting("secret", '"make-your-own"', "账号的密码；不写则自动生成，只显示一次", "The account's secret; left out, one is made and shown once.", alternative=True),
            Setting("contact", '"sip:c@192.168.1.30:5060"', "固定地址的话机，总算已注册（private）", "A phone at a fixed address, which always counts as registered (private).", alternative=True),
            Setting("dial", '"PJSIP/104"', "已有总机的拨号串（existing）", "A dial string of an existing PBX (existing).", alternative=True),
            Setting("mobile", '"13900000101"', "手机号，经外线拨出", "A mobile, dialled through a trunk.", alternative=True),
            Setting("trunk", '"carrier"', "手机经哪条外线", "The trunk for a mobile.", alternative=True),
            Setting("confirm", "true", "手机须按 1 才算接听，以免被语音信箱接走", "A mobile must press 1 to answer, else its mailbox would.", alternative=True),
        ),
        inline=True,
    ),
    Section(
        "user",
        "登录用户；一个都不写，则首次启动时每种角色各建一个",
        "Somebody who signs in; without any, one for each role is made on first start.",
        (
            Setting("username", '"zhang"', "用户名", "Name to sign in with."),
            Setting("name", '"张主管"', "姓名", "Name as shown."),
            Setting("role", '"supervisor"', "角色：supervisor 主管，manager 经理，secretary 秘书，consultant 顾问，administrator 管理员", "Role: supervisor, manager, secretary, consultant or administrator."),
            Setting("consultant", '"A"', "对应哪位置业顾问", "The consultant they are."),
        ),
        many=True,
    ),
    Section(
        "plan",
        "常设排班：一天有多份时，最具体的算数（日期 > 星期几 > 工作日、周末 > 每天）",
        "A standing plan; the most specific one counts: dates, then mon..sun, then weekdays and weekends, then daily.",
        (
            Setting("days", '"daily"', "daily、weekdays（周一至周五）、weekends、mon..sun，或其列表", "daily, weekdays (Monday to Friday), weekends, mon..sun, or a list of them."),
            Setting("dates", '["2026-12-01"]', "或具体日期", "Or dates.", alternative=True),
            Setting("slots", '[{ name = "白班", from = "09:00", to = "12:00", call = ["A"], reception = [] }]', "时段", "Its slots."),
        ),
        many=True,
    ),
    Section(
        "plan.slots",
        "一个时段",
        "One slot.",
        (
            Setting("name", '"白班"', "名称", "Its name."),
            Setting("from", '"09:00"', "从", "From."),
            Setting("to", '"12:00"', "到（不含），可写 24:00", "To, and not beyond; 24:00 is allowed."),
            Setting("continues", "false", "接着上一时段的轮次", "Goes on with the round of the slot before."),
            Setting("call", '["A"]', "接电组顺序", "Order of the call group."),
            Setting("reception", "[]", "接待组顺序", "Order of the reception group."),
        ),
        inline=True,
    ),
    Section(
        "presence",
        "在岗状态",
        "Presence.",
        (
            Setting("initial", '"off"', "每天开始时：off（须签到）或 present", "Where everyone starts a day: off (must check in) or present."),
        ),
    ),
    Section(
        "closed",
        "非接听时段的来电：播报、记待回拨，可先响值班电话",
        "Calls outside all slots: an announcement and a call back owed; the duty phone may ring first.",
        (
            Setting("duty", '"A"', "值班电话：置业顾问代号，或 号码@外线", "The duty phone: a consultant's id, or number@trunk."),
        ),
    ),
    Section(
        "policy",
        "政策（规则 §9）",
        "Policy (rules, section 9).",
        (
            Setting("ring_seconds", "5", "一声多长；不写则按外线所在国家", "Length of a ring; unset: as in the trunk's country.", "s"),
            Setting("rings", "3", "响几声后人人可接", "Rings before the call is open to everyone.", "rings"),
            Setting("max_ring_seconds", "60", "响铃多久无人接算未接", "Ringing so long unanswered, a call is missed.", "s"),
            Setting("max_wait_seconds", "120", "一直没能响铃的来电等多久算未接", "A call never yet rung is missed after so long.", "s"),
            Setting("makeup", '"round"', "补接：round 只在当轮，carry 欠到下轮", "Make-up: within the round, or carried over (carry)."),
            Setting("wrap_up_seconds", "0", "热线通话后的整理时间", "Wrap-up after a hotline call.", "s"),
            Setting("presence", '{ lunch = "objective", leave = "personal" }', "更多状态及其原因类别：objective 客观，personal 个人", "Further presences with their kind of reason: objective or personal."),
            Setting("lapse_days", "7", "几天无联系，客户不再归原顾问", "Days without contact after which a customer is nobody's.", "days"),
            Setting("owner_busy", '"substitute"', "原顾问正忙时：substitute 代接，wait 先等", "When the owner is busy: a substitute answers, or the call waits."),
            Setting("absent_minutes", "10", "话机失联多久算缺席", "A phone not registered for so long is absent.", "min"),
            Setting("form_minutes", "30", "挂机后多久内须交来电表", "Time for a call form after the call.", "min"),
            Setting("max_talk_seconds", "180", "热线通话上限", "Longest hotline talk.", "s"),
            Setting("max_other_talk_seconds", "120", "其他事务通话上限", "Longest talk about other business.", "s"),
        ),
    ),
    Section(
        "reconcile",
        "核对",
        "Nightly reconciliation.",
        (
            Setting("at", '"23:30"', "每天几点核对", "Time of day."),
            Setting("pbx", '"private"', "总机话单：private 自带 Asterisk 的，csv:/路径，sqlite:/路径，或数据库地址", "The PBX's own records: private (our Asterisk's), csv:/path, sqlite:/path, or a database url."),
            Setting("pbx_zone", '"Asia/Shanghai"', "话单时间所用时区；不写则同站点（话单自带时区时无用）", "Zone of the records' times; unset: the site's. Times that say their zone need none."),
            Setting("outside_prefix", '""', "打外线先拨什么，如 9", "What phones dial first to get outside, such as 9."),
        ),
    ),
    Section(
        "reconcile.columns",
        "话单不是本系统的格式时：各列叫什么",
        "What foreign records call their columns.",
        (
            Setting("table", '"cdr"', "表名", "Name of the table."),
            Setting("call_id", '"uniqueid"', "通话编号", "Id of the call."),
            Setting("linked_id", '"linkedid"', "关联通话编号", "Id of the call that a channel belongs to."),
            Setting("channel", '"channel"', "主叫通道", "The caller's channel."),
            Setting("caller", '"src"', "来电号码", "The caller's number."),
            Setting("dialled", '"dst"', "所拨号码", "The number dialled."),
            Setting("context", '"dcontext"', "拨号方案的 context", "The dialplan's context."),
            Setting("started_at", '"start"', "开始", "Start."),
            Setting("answered_at", '"answer"', "接听", "Answer."),
            Setting("ended_at", '"end"', "结束", "End."),
            Setting("answered_by", '"dstchannel"', "接听者", "Who answered."),
            Setting("disposition", '"disposition"', "结果", "How it ended: ANSWERED and so on."),
            Setting("sequence", '"sequence"', "序号", "Number of the row."),
        ),
    ),
    Section(
        "form",
        "来电表；选项写 [] 则自由填写",
        "The call form; where a list of choices is empty, anything may be written.",
        (
            Setting("fields", '["name", "number", "inquiry", "media", "product", "area", "price", "purpose", "rooms", "district", "intent", "appointment", "appointment_at", "matter", "remarks"]', "栏目及其顺序", "Its fields, in order."),
            Setting("required", '["name", "number", "media", "intent", "appointment"]', "购房来电必填的栏目", "What a purchase form must say."),
            Setting("inquiry", '["新客户", "老客户"]', "新/老客户的选项", "Choices for first or returning."),
            Setting("media", "[]", "媒体的选项", "Choices for media."),
            Setting("product", "[]", "关注产品的选项", "Choices for the product."),
            Setting("purpose", '["自住", "投资"]', "用途的选项", "Choices for the purpose."),
            Setting("rooms", "[]", "户型的选项", "Choices for rooms."),
            Setting("district", "[]", "区域的选项", "Choices for the district."),
            Setting("intent", '["A", "B", "C", "D"]', "意向的选项", "Choices for the level of intent."),
        ),
    ),
    Section(
        "notify",
        "立即通知到人：钉钉、企业微信、飞书、邮件等（apprise 的地址）",
        "Telling people at once: DingTalk, WeCom, Feishu, mail and whatever else apprise knows.",
        (
            Setting("name", '"supervisors"', "名称", "Its name."),
            Setting("url_file", '"notify.secret"', "只写一行 apprise 地址的文件，权限 600", "File with nothing but the address as apprise writes it, mode 600."),
            Setting("consultant", '"A"', "只通知这位置业顾问；不写则通知主管的", "For this consultant; unset: for supervisors.", alternative=True),
            Setting("what", '["substituted", "missed", "nobody_on_duty", "long_wait", "router_blind", "lapses_soon"]', "通知什么：代接、未接、无人可派、久等、路由失明、快过期", "What: substituted, missed, nobody_on_duty, long_wait, router_blind, lapses_soon."),
        ),
        many=True,
    ),
    Section(
        "webhook",
        "立即通知程序（签名的 POST，Standard Webhooks）",
        "Telling programs at once, by a signed POST (Standard Webhooks).",
        (
            Setting("name", '"crm"', "名称", "Its name."),
            Setting("url", '"https://crm.example.com/hotline"', "地址", "Its address."),
            Setting("secret_file", '"webhook.secret"', "只写密钥（whsec_…）的文件，权限 600", "File with nothing but the secret (whsec_...), mode 600."),
            Setting("events", '["call.ended", "call.missed", "form.filed", "finding.opened"]', "哪些事件", "Which events."),
            Setting("allow_private", "false", "可否是内网地址", "Whether its address may be a private one."),
        ),
        many=True,
    ),
)
# fmt: on

# Keys whose table stands under another name: several phones are written like one
SAME_AS = {"consultant.phones": "consultant.phone"}


def section_of(names: str) -> Section | None:
    """The section of a table, by its dotted name."""
    wanted = SAME_AS.get(names, names)
    return next((section for section in SECTIONS if section.name == wanted), None)


def find(names: str) -> Setting | None:
    """A setting by its dotted name, such as `policy.rings`."""
    table, _, key = names.rpartition(".")
    section = section_of(table)
    return next((one for one in section.settings if one.key == key), None) if section else None


def known_keys(names: str) -> tuple[str, ...]:
    """What may stand in a table: its keys and the tables in it; of the whole file with ""."""
    section = section_of(names)
    keys = [one.key for one in section.settings] if section else []
    return tuple(dict.fromkeys((*keys, *_tables_in(section.name if section else names))))


def _tables_in(names: str) -> Iterator[str]:
    for section in SECTIONS:
        parent, _, own = section.name.rpartition(".")
        if parent == names:
            yield own
