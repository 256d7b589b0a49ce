"""What a chat robot answered. May live here: hearing it behind apprise's back, and reading a refusal out of it.

DingTalk, WeCom and Feishu refuse with HTTP 200 and a code in the body (keyword missing, sent too often, robot gone);
apprise looks at the status alone and calls it sent.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import apprise
import requests

ROBOTS = ("dingtalk", "wecombot", "feishu", "lark")  # plugins of apprise; what others answer is their own affair
CODES = ("errcode", "code", "StatusCode")  # DingTalk and WeCom; Feishu and Lark, new and old
TEXTS = ("errmsg", "msg", "StatusMessage")
_heard = threading.local()


class _Listening:
    """The module `requests` as a plugin of apprise sees it: `post` also notes the answer, for this thread alone."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        """POST, as ever."""
        answer = requests.post(*args, **kwargs)  # noqa: S113  (apprise gives the time-out)
        getattr(_heard, "answers", []).append(answer)
        return answer


@contextmanager
def answers_of(robot: apprise.Apprise) -> Iterator[list[requests.Response]]:
    """The answers that the robot's targets get within the block."""
    for plugin in robot:
        module = sys.modules[type(plugin).__module__]
        if module.__name__.rpartition(".")[2] in ROBOTS and getattr(module, "requests", None) is requests:
            module.requests = _Listening()  # type: ignore[attr-defined]  # once for the process
    answers: list[requests.Response] = []
    _heard.answers = answers
    try:
        yield answers
    finally:
        _heard.answers = []


def refusal_in(answer: requests.Response) -> str:
    """Why the robot refused, where its answer says so; "" otherwise."""
    try:
        said = answer.json()
    except ValueError:
        return ""
    if not isinstance(said, dict):
        return ""
    code = next((said[name] for name in CODES if name in said), 0)
    if code in (0, "0", None):
        return ""
    words = next((str(said[name]) for name in TEXTS if said.get(name)), "")
    return f"refused with code {code}: {' '.join(words.split())[:160]}"
