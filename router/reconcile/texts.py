"""What reconciliation says to people, Chinese and English side by side.

May live here: words only. `{column}`, `{value}` and the like are filled in by whoever speaks.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]

# problem of a row or file -> what is wrong and its cure
PROBLEMS: dict[str, dict[Language, str]] = {
    "no-file": {
        "zh": "没有这个文件;请放入文件,没有记录时也要有标题行",
        "en": "there is no such file; put it there, with at least its header line",
    },
    "unreadable-file": {
        "zh": "文件读不出来({value});请检查权限,确认它是 CSV 文件",
        "en": "the file can't be read ({value}); check its rights, and that it is a CSV file",
    },
    "no-column": {
        "zh": "标题行缺少 {column} 列;请在标题行补上这一列",
        "en": "the header lacks the column {column}; add it to the header line",
    },
    "column-twice": {
        "zh": "标题行中 {column} 列出现两次;请只保留一列",
        "en": "the header has the column {column} twice; keep one of them",
    },
    "not-utf8": {
        "zh": "{column} 的值 {value} 不是 UTF-8;请将文件另存为 UTF-8 编码",
        "en": "{column} is {value}, which is not UTF-8; save the file as UTF-8",
    },
    "open-quote": {
        "zh": "从 {value} 起的引号没有结束;请补上引号或删去它",
        "en": "a quotation mark is never closed, from {value} on; close it or take it out",
    },
    "bad-time": {
        "zh": "{column} 的值 {value} 不是带时区的时间;请写成 2026-12-01T09:30:00+08:00",
        "en": "{column} is {value}, which is no time with an offset; write it like 2026-12-01T09:30:00+08:00",
    },
    "no-start": {
        "zh": "{column} 的值 {value} 是空的;通话必须有开始时间,请写成 2026-12-01T09:30:00+08:00",
        "en": "{column} is {value}, and a call needs its start; write it like 2026-12-01T09:30:00+08:00",
    },
    "unknown-slot": {
        "zh": "{column} 的值 {value} 不是当天的时段;请用 slots.csv 中的时段或 closed,或留空",
        "en": "{column} is {value}, which is no slot of slots.csv; use one of those or closed, or leave it empty",
    },
    "unknown-kind": {
        "zh": "{column} 的值 {value} 不是来电表的类别;请写 purchase、other 或 message,或留空",
        "en": "{column} is {value}, which is no kind of form; write purchase, other or message, or leave it empty",
    },
    "id-twice": {
        "zh": "{column} 的值 {value} 在前面的行已经有了;请改正编号,或删去其中一行",
        "en": "{column} is {value}, which an earlier row has already; correct the id, or take out one of the rows",
    },
    "bad-count": {
        "zh": "{column} 的值 {value} 不是 0 或正整数;请写显示屏上的来电数,或留空",
        "en": "{column} is {value}, which is no whole number from 0 up; write the display's count, or leave it empty",
    },
    "bad-slot-time": {
        "zh": "{column} 的值 {value} 不是时刻;请写成 09:00,最晚 24:00",
        "en": "{column} is {value}, which is no time of day; write it like 09:00, at the latest 24:00",
    },
    "slot-ends-early": {
        "zh": "{column} 的值 {value} 不晚于开始;时段不能跨越零点,请分成两个",
        "en": "{column} is {value}, which is not after the start; a slot does not cross midnight, make it two",
    },
    "bad-slot-name": {
        "zh": "{column} 的值 {value} 不能用作时段名;请另起一个名字(closed 指时段以外)",
        "en": "{column} is {value}, which can't name a slot; give it another name (closed means outside all slots)",
    },
    "slot-twice": {
        "zh": "{column} 的值 {value} 在前面的行已经有了;请改名,或删去其中一行",
        "en": "{column} is {value}, which an earlier row has already; rename it, or take out one of the rows",
    },
    "slots-overlap": {
        "zh": "{column} 的值 {value} 与前面的时段重叠;请改时间,时段不能重叠",
        "en": "{column} is {value}, which overlaps an earlier slot; change the times, slots do not overlap",
    },
}

# R25 -> the word for it
KINDS: dict[str, dict[Language, str]] = {
    "missing_form": {"zh": "漏填", "en": "Missing"},
    "late_form": {"zh": "补填", "en": "Late"},
    "padded_form": {"zh": "充数", "en": "Padded"},
    "duplicate_form": {"zh": "重复", "en": "Duplicate"},
    "incomplete_form": {"zh": "缺项", "en": "Incomplete"},
    "wrong_number": {"zh": "错记号码", "en": "Wrong number"},
    "wrong_consultant": {"zh": "错记人", "en": "Wrong person"},
    "wrong_slot": {"zh": "错记时段", "en": "Wrong slot"},
    "unlogged_call": {"zh": "漏记", "en": "Unlogged"},
    "ghost_call": {"zh": "多记", "en": "Ghost"},
    "display_mismatch": {"zh": "来显不符", "en": "Display differs"},
    "missed_call": {"zh": "未接", "en": "Missed"},
}

# words of the printed report
REPORT: dict[str, dict[Language, str]] = {
    "title": {"zh": "{date} 核对", "en": "Reconciliation of {date}"},
    "slot": {"zh": "时段", "en": "Slot"},
    "pbx": {"zh": "总机", "en": "PBX"},
    "display": {"zh": "电话显示", "en": "Display"},
    "router": {"zh": "路由", "en": "Router"},
    "answered": {"zh": "接听", "en": "Answered"},
    "missed": {"zh": "未接", "en": "Missed"},
    "forms": {"zh": "来电表", "en": "Forms"},
    "valid_forms": {"zh": "有效来电表", "en": "Valid forms"},
    "finding": {"zh": "待核", "en": "Finding"},
    "person": {"zh": "置业顾问", "en": "Consultant"},
    "call": {"zh": "来电", "en": "Call"},
    "form": {"zh": "来电表", "en": "Form"},
    "closed": {"zh": "时段外", "en": "Outside slots"},
    "findings": {"zh": "共 {count} 条待核", "en": "Findings: {count}"},
    "nothing": {"zh": "没有待核事项", "en": "Nothing to confirm"},
    "left-out": {"zh": "读不出而略去的行:{count}", "en": "Rows left out, as they can't be read: {count}"},
}
