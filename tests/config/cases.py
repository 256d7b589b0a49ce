"""What can be wrong with a site file: each message's id, changes of the example site that bring it, and a word of it.

In the changed text the line of the mistake has the mark `#!`. Test data only.
"""

from __future__ import annotations

EXISTING = ('mode = "private"', 'mode = "existing"\nami = { secret_file = "ami.secret" }')
B_PHONE = 'phone = { account = "102", secret = "change-me-102" }'
C_PHONE = 'phone = { contact = "sip:c@127.0.0.1:5093" }'
D_PHONE = 'phone = { contact = "sip:d@127.0.0.1:5094" }'
TRUNK = 'match = ["127.0.0.2"]'
ZONE, NAME = 'zone = "Asia/Shanghai"', 'name = "锦绣江南售楼处"'
# the ends of lines in which something is changed
A_END = ('\n\n[[consultant]]\nid = "B"', ' #!\n\n[[consultant]]\nid = "B"')
B_END = ('\n\n[[consultant]]\nid = "C"', ' #!\n\n[[consultant]]\nid = "C"')
AMI_END = ("\nsip_bind", " #!\nsip_bind")
LATE_END = ("\n]\n", " #!\n]\n")
LATE = '{ name = "晚班", from = "12:00", to = "24:00", call = ["B", "A"], reception = ["D", "C"] },'
SECOND_TRUNK = "[[hotline]]\n"

LI = '[[user]]\nusername = "li"\nrole = "manager"\n[[user]]\n'

# id, what is changed (the line of the mistake has the mark), a word of what is said or of the cure
Case = tuple[str, list[tuple[str, str]], str]

ONE_VALUE: list[Case] = [
    ("unknown-key", [(ZONE, 'zoen = "Asia/Shanghai" #!')], "zone"),
    ("unknown-key", [(ZONE, "rings = 3 #!")], "[policy]"),
    ("unknown-key", [("[presence]", "[presense] #!")], "presence"),
    ("unknown-key", [("[presence]", "colour = 1 #!\n[presence]")], ""),
    ("unknown-key", [(B_PHONE, 'phone = { acount = "102" } #!')], "account"),
    ("unknown-key", [(B_PHONE, 'phones = [\n{ account = "102" },\n{ acount = "112" }] #!')], "account"),
    ("unknown-key", [('name = "晚班", from', 'name = "晚班", form'), LATE_END], "from"),
    ("missing-key", [('number = "4008001234"', ""), ("[[hotline]]", "[[hotline]] #!")], 'number = "4008001234"'),
    ("missing-key", [('mode = "private"', 'mode = "existing"\n[pbx.ami] #!\nport = 5039\n[pbx.x]')], "secret_file"),
    ("not-text", [('number = "4008001234"', "number = 4008001234 #!")], "4008001234"),
    ("not-text", [('secret = "change-me-102"', "secret = 102102"), B_END], "…"),
    ("not-whole-number", [("lines = 8", "lines = 8.5 #!")], "8.5"),
    ("not-whole-number", [("lines = 8", 'lines = "8" #!')], "lines = 8"),
    ("not-whole-number", [("lines = 8", "lines = true #!")], "True"),
    ("not-number", [("form_minutes = 30", 'form_minutes = "30" #!')], "form_minutes = 30"),
    ("not-number", [("form_minutes = 30", "form_minutes = nan #!")], "nan"),
    ("not-yes-no", [("lines = 8", "outgoing = 1 #!")], "true"),
    ("not-one-of", [('language = "zh"', 'language = "fr" #!')], "zh, en"),
    ("not-one-of", [('mode = "private"', 'mode = "shared" #!')], "private, existing"),
    ("not-one-of", [('answer = "waiting"', 'answer = "soon" #!')], "waiting, never, always"),
    ("not-one-of", [('days = "daily"', 'days = ["mon", "someday"] #!')], "someday"),
    ("not-one-of", [('initial = "off"', 'initial = "lunch" #!')], "off, present"),
    ("not-one-of", [('makeup = "round"', 'makeup = "square" #!')], "round, carry"),
    ("not-one-of", [("form_minutes = 30", 'presence = { lunch = "maybe" } #!')], "objective, personal"),
    ("out-of-bounds", [("lines = 8", "lines = 0 #!")], "1"),
    ("out-of-bounds", [("ami_port = 5038", "ami_port = 99999 #!")], "65535"),
    ("out-of-bounds", [("form_minutes = 30", "form_minutes = 0 #!")], "0"),
    ("not-number", [("form_minutes = 30", "ring_seconds = inf #!")], "inf"),
    ("not-a-list", [(TRUNK, 'match = "127.0.0.2" #!')], 'match = ["127.0.0.2"]'),
    ("not-a-list", [("[[hotline]]", "[hotline] #!")], "[[hotline]]"),
    ("not-a-table", [(B_PHONE, 'phone = "102" #!')], "phone = {"),
    ("not-a-table", [("[web]\nbind", "[webb]\nbind"), ("[site]", "web = 8080 #!\n[site]")], ""),
    ("not-a-date", [('days = "daily"', "dates = [20261201] #!")], "2026-12-01"),
    ("not-a-date", [('days = "daily"', 'dates = [\n"2026-12-01",\n"2026-02-30"] #!')], "2026-02-30"),
    ("not-a-date", [('days = "daily"', "dates = [2026-12-01T08:00:00] #!")], "2026-12-01"),
    ("bad-text", [(NAME, r'name = "two\nlines" #!')], "two"),
    ("bad-text", [('name = "陈晨"', 'name = "  " #!')], ""),
    ("bad-text", [('media = "报纸"', f'media = "{"报" * 81}" #!')], "80"),
    ("bad-id", [('account = "101"', 'account = "1 01"'), A_END], "1 01"),
    ("bad-id", [('trunk = "carrier"', 'trunk = "运营商" #!')], "运营商"),
    ("bad-duty", [("[presence]", '[closed]\nduty = "13900000101 via carrier" #!\n[presence]')], "13900000101@carrier"),
    ("bad-number", [('number = "4008001234"', 'number = "400-800-1234" #!')], "400-800-1234"),
    ("bad-area-code", [("# area_code", 'area_code = "0" #!\n#')], "025"),
    ("bad-extension", [('extension = "103"', 'extension = "1" #!')], "2"),
    ("bad-secret", [('secret = "change-me-102"', 'secret = "my secret"'), B_END], ""),
    ("bad-secret", [('secret = "change-me-102"', 'secret = "half;comment"'), B_END], ""),
    ("bad-username", [("[presence]", '[[user]]\nusername = "张 主管" #!\nrole = "manager"\n[presence]')], "张"),
    ("bad-address", [('bind = "127.0.0.1:8080"', 'bind = "8080" #!')], "127.0.0.1:8080"),
    ("bad-address", [('bind = "127.0.0.1:8080"', 'bind = "localhost:8080" #!')], "localhost"),
    ("bad-address", [('sip_bind = "127.0.0.1:5060"', 'sip_bind = "127.0.0.1:0" #!')], ""),
    ("bad-address", [('bind = "127.0.0.1:8080"', 'bind = "::1:8080" #!')], "[::1]:8080"),
    ("bad-host", [EXISTING, ("ami = {", 'ami = { host = "a b",'), AMI_END], "a b"),
    (
        "bad-server",
        [(TRUNK, 'register = { server = "sip:x", username = "uu", secret_file = "s" } #!')],
        "sip:x",
    ),
    ("bad-match", [(TRUNK, 'match = [\n"127.0.0.2",\n"carrier.example"] #!')], "carrier.example"),
    ("bad-contact", [(C_PHONE, 'phone = { contact = "c@127.0.0.1:5093" } #!')], "sip:c@"),
    ("bad-contact", [(C_PHONE, 'phone = { contact = "sip:c@127.0.0.1:99999" } #!')], "99999"),
    ("bad-dial", [EXISTING, (C_PHONE, 'phone = { dial = "PJSIP/104&SIP/2" } #!')], "PJSIP/104"),
    ("bad-range", [('"20000-20999"', '"20000" #!')], "20000-20999"),
    ("bad-range", [('"20000-20999"', '"20999-20000" #!')], ""),
    ("small-range", [('"20000-20999"', '"20000-20010" #!')], "11"),
    ("bad-time", [('at = "23:30"', 'at = "24:00" #!')], "24:00"),
    ("bad-time", [('from = "12:00"', 'from = "25:00"'), LATE_END], "25:00"),
    ("bad-time", [('from = "12:00"', "from = 12"), LATE_END], "12"),
    ("bad-time", [('to = "24:00"', 'to = "24:01"'), LATE_END], "24:01"),
    ("bad-zone", [(ZONE, 'zone = "Asia/Shangai" #!')], "Asia/Shangai"),
    ("bad-zone", [(ZONE, 'zone = "Asia" #!')], "Asia"),
    ("bad-zone", [(ZONE, 'zone = "../etc/passwd" #!')], ""),
    ("bad-country", [('region = "CN"', 'region = "China" #!')], "China"),
    ("bad-country", [('country = "CN"', 'country = "cn" #!')], "CN"),
    ("bad-url", [('url = "sqlite"', 'url = "mysql://root:geheim@db/x" #!')], ""),
    (
        "bad-hook",
        [("[presence]", '[[webhook]]\nname = "crm"\nurl = "crm" #!\nsecret_file = "ami.secret"\n[presence]')],
        "https://",
    ),
    ("bad-source", [('pbx = "private"', 'pbx = "cdr.csv" #!')], "csv:/"),
    ("bad-prefix", [('pbx = "private"', 'outside_prefix = "nine" #!')], "#"),
    ("bad-presence", [("form_minutes = 30", 'presence = { meeting = "personal" } #!')], "meeting"),
    ("bad-presence", [("form_minutes = 30", 'presence = { "a b" = "personal" } #!')], "a b"),
]

ONE_TABLE: list[Case] = [
    ("existing-without-ami", [('mode = "private"', 'mode = "existing" #!')], "[pbx.ami]"),
    ("ami-without-existing", [("[store]", '[pbx.ami] #!\nsecret_file = "ami.secret"\n[store]')], "existing"),
    ("phone-not-one", [(B_PHONE, "phone = {} #!")], "account"),
    ("phone-not-one", [(C_PHONE, 'phone = { account = "113", contact = "sip:c@127.0.0.1:5093" } #!')], "account"),
    ("mobile-without-trunk", [(C_PHONE, 'phone = { mobile = "13900000103" } #!')], "trunk"),
    (
        "form-field-not-asked",
        [("[presence]", '[form]\nfields = ["name"]\nrequired = ["media"] #!\n[presence]')],
        "media",
    ),
    ("not-one-of", [("[presence]", '[form]\nrequired = ["nmae"] #!\n[presence]')], "name"),
    ("stray-key", [(C_PHONE, 'phone = { contact = "sip:c@127.0.0.1:5093", secret = "x" } #!')], "secret"),
    ("stray-key", [(B_PHONE, 'phone = { account = "102", confirm = false } #!')], "confirm"),
    ("stray-key", [(TRUNK, f'{TRUNK}\nsecret = "x" #!')], "account"),
    ("stray-key", [(TRUNK, f"{TRUNK}\ninternational = true #!")], "outgoing"),
    ("consultant-without-phone", [(B_PHONE, ""), ('[[consultant]]\nid = "B"', '[[consultant]] #!\nid = "B"')], "phone"),
    (
        "consultant-without-phone",
        [
            (B_PHONE, f'{B_PHONE}\nphones = [{{ account = "112" }}]'),
            ('[[consultant]]\nid = "B"', '[[consultant]] #!\nid = "B"'),
        ],
        "phones",
    ),
    ("slot-not-in-order", [(LATE, LATE.replace("24:00", "12:00")), LATE_END], "24:00".replace("24:00", "continues")),
    ("plan-without-days", [('days = "daily"', ""), ("[[plan]]", "[[plan]] #!")], "daily"),
]

TOGETHER: list[Case] = [
    ("twice", [("[[plan]]", '[[consultant]]\nid = "A" #!\nname = "x"\nphone = { account = "155" }\n[[plan]]')], "37"),
    (
        "twice",
        [
            ('"102", secret', '"101", secret'),
            B_END,
        ],
        "101",
    ),
    ("twice", [('extension = "103"', 'extension = "101" #!')], "101"),
    ("twice", [('extension = "104"', 'extension = "103" #!')], "103"),
    ("twice", [('sip:d@127.0.0.1:5094" }', 'sip:e@127.0.0.1:5093" } #!')], "5093"),
    ("twice", [(SECOND_TRUNK, f'[[trunk]]\nname = "carrier" #!\nmatch = ["127.0.0.3"]\n{SECOND_TRUNK}')], "carrier"),
    ("twice", [(SECOND_TRUNK, f'[[trunk]]\nname = "t"\naccount = "102"\n{SECOND_TRUNK}'), B_END], "102"),
    ("twice", [(B_PHONE, 'phone = { account = "carrier" } #!')], "carrier"),
    ("twice", [('media = "报纸"', 'aliases = ["4008001234"] #!')], "4008001234"),
    (
        "twice",
        [EXISTING, (C_PHONE, 'phone = { dial = "PJSIP/1" }'), (D_PHONE, 'phone = { dial = "PJSIP/1" } #!')],
        "PJSIP/1",
    ),
    (
        "twice",
        [
            (C_PHONE, 'phone = { mobile = "139", trunk = "carrier" }'),
            (D_PHONE, 'phone = { mobile = "139", trunk = "carrier" } #!'),
        ],
        "139",
    ),
    (
        "twice",
        [
            (
                "[presence]",
                f'{LI}username = "Li" #!\nrole = "manager"\n[presence]',
            )
        ],
        "li",
    ),
    ("unknown-trunk", [('trunk = "carrier"', 'trunk = "carier" #!')], "carrier"),
    ("unknown-trunk", [("[presence]", '[closed]\nduty = "13900000101@carier" #!\n[presence]')], "carrier"),
    ("unknown-consultant", [("[presence]", '[closed]\nduty = "Z" #!\n[presence]')], "A、B、C、D"),
    ("unknown-trunk", [(C_PHONE, 'phone = { mobile = "13900000103", trunk = "telecom" } #!')], "telecom"),
    ("unknown-consultant", [(LATE, LATE.replace('"A"', '"Z"') + " #!")], "A、B、C、D"),
    (
        "unknown-consultant",
        [("[presence]", '[[user]]\nusername = "zhang"\nrole = "consultant"\nconsultant = "Z" #!\n[presence]')],
        "Z",
    ),
    ("person-twice", [(LATE, LATE.replace('["B", "A"]', '["B", "B"]') + " #!")], "B"),
    ("person-twice", [(LATE, LATE.replace('["B", "A"]', '["B", "C"]') + " #!")], "C"),
    ("slots-overlap", [(LATE, LATE.replace("12:00", "11:59") + " #!")], "白班 00:00–12:00"),
    ("slots-overlap", [(LATE, f'{LATE}\n{{ from = "13:00", to = "14:00", call = ["A"] }}, #!')], "晚班"),
    ("plans-compete", [("[presence]", '[[plan]]\ndays = ["mon", "daily"] #!\n[presence]')], "daily"),
    (
        "plans-compete",
        [("[presence]", '[[plan]]\ndates = ["2026-12-01"]\n[[plan]]\ndates = [2026-12-01] #!\n[presence]')],
        "2026-12-01",
    ),
    ("no-cadence", [('country = "CN"', 'country = "AQ" #!'.replace("AQ", "AC"))], "ring_seconds"),
    (
        "port-clash",
        [('sip_bind = "127.0.0.1:5060"', 'sip_bind = "127.0.0.1:20010"'), ('"20000-20999"', '"20000-20999" #!')],
        "20010",
    ),
    ("port-clash", [("ami_port = 5038", "ami_port = 8080 #!")], "8080"),
    ("contact-is-us", [(C_PHONE, 'phone = { contact = "sip:c@127.0.0.1:5060" } #!')], "5060"),
    (
        "trunks-overlap",
        [(SECOND_TRUNK, f'[[trunk]]\nname = "b"\nmatch = ["127.0.0.0/30"] #!\n{SECOND_TRUNK}')],
        "carrier",
    ),
    ("trunk-without-source", [(TRUNK, ""), ("[[trunk]]", "[[trunk]] #!")], "match"),
    ("account-trunk", [(TRUNK, f'{TRUNK} #!\naccount = "caller"')], "match"),
    (
        "account-trunk",
        [
            (
                TRUNK,
                'account = "caller"\nregister = { server = "a.example", username = "uu", secret_file = "s" } #!',
            )
        ],
        "register",
    ),
    ("trunk-without-target", [(TRUNK, 'match = ["127.0.0.2/31"]\noutgoing = true #!')], "carrier"),
    (
        "trunk-without-target",
        [(TRUNK, 'match = ["127.0.0.2/31"]'), (C_PHONE, 'phone = { mobile = "13900000103", trunk = "carrier" } #!')],
        "carrier",
    ),
    ("needs-existing", [(C_PHONE, 'phone = { dial = "PJSIP/104" } #!')], "account"),
    ("needs-private", [EXISTING, (D_PHONE, 'phone = { dial = "PJSIP/104" }'), (C_PHONE, f"{C_PHONE} #!")], "dial"),
    ("reserved-name", [(B_PHONE, 'phone = { account = "fixed-C" } #!')], "fixed-"),
    (
        "reserved-name",
        [('name = "carrier"', 'name = "fixed-1" #!'), ('trunk = "carrier"', 'trunk = "fixed-1"')],
        "fixed-",
    ),
    (
        "ami-in-the-clear",
        [
            EXISTING,
            ("ami = { secret_file", 'ami = { host = "10.0.0.5", secret_file'),
            AMI_END,
            (C_PHONE, 'phone = { account = "103" }'),
            (D_PHONE, 'phone = { account = "104" }'),
        ],
        "tls",
    ),
    (
        "secret-missing",
        [(TRUNK, 'register = { server = "a.example", username = "uu", secret_file = "no.secret" } #!')],
        "no.secret",
    ),
    (
        "secret-empty",
        [(TRUNK, 'register = { server = "a.example", username = "uu", secret_file = "empty.secret" } #!')],
        "empty.secret",
    ),
    (
        "secret-readable",
        [(TRUNK, 'register = { server = "a.example", username = "uu", secret_file = "open.secret" } #!')],
        "chmod 600",
    ),
    (
        "weak-secret",
        [
            ('sip_bind = "127.0.0.1:5060"', 'sip_bind = "192.168.1.2:5060"'),
            ('secret = "change-me-102"', 'secret = "Wd7-kx92-Qm1"'),
            ('secret = "change-me-101" }', 'secret = "101" } #!'),
        ],
        "101",
    ),
]

WORTH_A_LOOK: list[Case] = [
    (
        "weak-secret-here",
        [
            ('secret = "change-me-102"', 'secret = "Wd7-kx92-Qm1"'),
            ('secret = "change-me-101" }', 'secret = "12345678" } #!'),
        ],
        "101",
    ),
    ("pages-in-the-clear", [('bind = "127.0.0.1:8080"', 'bind = "0.0.0.0:8080" #!')], "--lan"),
    ("emergency-extension", [('extension = "103"', 'extension = "110" #!')], "110"),
    ("no-extension", [('extension = "103"', ""), ('[[consultant]]\nid = "C"', '[[consultant]] #!\nid = "C"')], "王伟"),
    ("no-plan", [('days = "daily"', 'days = ["weekdays", "sun"]'), ("[[plan]]", "[[plan]] #!")], "周六"),
    ("slot-empty", [(LATE, '{ name = "晚班", from = "12:00", to = "24:00" }, #!')], "晚班"),
    ("few-voice-ports", [('"20000-20999"', '"20000-20019" #!')], "8"),
    (
        "cadences-differ",
        [(SECOND_TRUNK, f'[[trunk]]\nname = "b"\nmatch = ["127.0.0.3"]\ncountry = "US" #!\n{SECOND_TRUNK}')],
        "5",
    ),
    ("never-open", [("form_minutes = 30", "max_ring_seconds = 15 #!")], "3"),
    (
        "no-records",
        [
            EXISTING,
            (C_PHONE, 'phone = { account = "103" }'),
            (D_PHONE, 'phone = { account = "104" }'),
            ('pbx = "private"', 'pbx = "private" #!'),
        ],
        "pbx",
    ),
    (
        "user-without-consultant",
        [("[presence]", '[[user]]\nusername = "chen"\nrole = "consultant" #!\n[presence]')],
        "chen",
    ),
]
