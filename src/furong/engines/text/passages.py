"""A pasted chat, parted into what may be one matter each: by speakers, times, numbers, blank lines.

Nothing is understood here and nothing is invented: every word of a passage stands in the text. What
the parting gets wrong, a person puts right before anything is registered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

LONGEST = 20_000
"""Characters of a text."""

_DATE = r"(?:\d{2,4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}月\d{1,2}日|昨天|今天|星期[一二三四五六日天])"
_TIME = r"(?:凌晨|早上|上午|中午|下午|晚上)?\s?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
_WHEN = rf"(?:{_DATE}\s*)?{_TIME}"
_NAME = r"[^\s:：,，。;；!！?？、()（）\d][^:：,，。;；!！?？\n]{0,23}?"

_NAME_FIRST = re.compile(rf"^({_NAME})\s*[(（]?\s*({_WHEN})\s*[)）]?\s*[:：]?\s*$")
_TIME_FIRST = re.compile(rf"^[\[【(（]?\s*({_WHEN})\s*[\]】)）]?\s*({_NAME})\s*[:：]?\s*$")
_ONLY_WHEN = re.compile(rf"^[\s—\-_=·]*(?:{_WHEN}|{_DATE})[\s—\-_=·]*$")
_SAYS = re.compile(r"^([^\s:：,，。;；!！?？、\d]{2,10})[:：]\s*(\S.*)$")
_NUMBER = re.compile(
    r"^\s*(?:\d{1,2}\s*[.．、)）](?!\d)|[(（]\s*\d{1,2}\s*[)）]|[一二三四五六七八九十]{1,3}\s*[、.．]"
    r"|[(（][一二三四五六七八九十]{1,3}[)）]|[①-⑳])\s*"
)
_NUMBER_WITHIN = re.compile(
    r"(?<=[;；。,，:：\s])\s*(?:(\d{1,2})\s*[.．、)）](?!\d)|[(（]\s*(\d{1,2})\s*[)）])"
)

_LABELS = frozenset(
    [
        "问题",
        "诉求",
        "困难",
        "建议",
        "地址",
        "电话",
        "联系",
        "联系人",
        "联系方式",
        "联系电话",
        "名称",
        "企业",
        "企业名称",
        "单位",
        "备注",
        "说明",
        "时间",
        "地点",
        "内容",
        "情况",
        "反映",
        "具体情况",
        "问题描述",
        "诉求内容",
        "所需",
        "需求",
        "需要",
        "另外",
        "其他",
        "目前",
        "现在",
        "一是",
        "二是",
        "三是",
        "其一",
        "其二",
        "注",
    ]
)
"""What stands before a colon and is nobody's name."""

_NOISE = re.compile(
    r"^(?:\[(?:图片|表情|动画表情|语音|视频|文件|位置|链接|捂脸|强|抱拳|OK)[^\]]*\]\s*)+$"
    r"|^(?:收到|好的|好|嗯+|谢谢.{0,4}|辛苦了?|OK|ok|已阅|在吗?|您好|你好|\+1)[。!！~～.]*$"
    r"|撤回了一条消息$|^以上是打招呼的内容|^聊天记录$|^.{0,20}的聊天记录$"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """What may be one matter. speaker, when: as they stand in the text, "" where it names none."""

    text: str
    speaker: str = ""
    when: str = ""


def split(text: str) -> list[Passage]:
    """The passages of a text, in order, each different; [] of an empty one."""
    lines = [line.strip() for line in text[:LONGEST].replace("\r", "\n").split("\n")]
    structured = any(_head(line) or _NUMBER.match(line) for line in lines) or _has_paragraphs(lines)
    parts = _blocks(lines) if structured else [Passage(line) for line in lines if line]
    found = (one for part in parts for one in _numbered_within(part))
    kept = {one.text: one for one in reversed([*found]) if one.text and not _NOISE.search(one.text)}
    return [*reversed(kept.values())]


def title_of(text: str, longest: int = 60) -> str:
    """The first sentence, or as much of it as a title holds."""
    first = re.split(r"[。!！?？;；\n]", text.strip(), maxsplit=1)[0].strip()
    return first if len(first) <= longest else f"{first[: longest - 1]}…"


def _has_paragraphs(lines: list[str]) -> bool:
    """Whether blank lines part the text, and some part has more than a line."""
    inner = "\n".join(lines).strip("\n")
    return any("\n" in part.strip("\n") for part in re.split(r"\n{2,}", inner)) and "\n\n" in inner


def _head(line: str) -> tuple[str, str, str] | None:
    """Speaker, time and words of a line that names a speaker."""
    if found := _NAME_FIRST.match(line):
        return found[1].strip(), found[2].strip(), ""
    if found := _TIME_FIRST.match(line):
        return found[2].strip(), found[1].strip(), ""
    if (found := _SAYS.match(line)) and found[1] not in _LABELS:
        return found[1].strip(), "", found[2].strip()
    return None


def _blocks(lines: list[str]) -> Iterator[Passage]:
    """Parted where a speaker, a number or a paragraph begins."""
    now = Passage("")
    for line in lines:
        if not line or _ONLY_WHEN.match(line):
            yield now
            now = replace(now, text="")
        elif head := _head(line):
            yield now
            now = Passage(_without_number(head[2]), head[0], head[1])
        elif _NUMBER.match(line):
            yield now
            now = replace(now, text=_without_number(line))
        else:
            now = replace(now, text=f"{now.text}\n{line}".strip())
    yield now


def _without_number(line: str) -> str:
    return _NUMBER.sub("", line, count=1).strip()


def _numbered_within(part: Passage) -> Iterator[Passage]:
    """A line such as `1、停车难；2、口罩不够`, its number already taken off, parted at 2, 3, …"""
    text, wanted = part.text, 2
    starts = []
    for found in _NUMBER_WITHIN.finditer(text):
        if int(found[1] or found[2]) == wanted:
            starts.append(found)
            wanted += 1
    place = 0
    for found in starts:
        yield replace(part, text=_tidy(text[place : found.start()]))
        place = found.end()
    yield replace(part, text=_tidy(text[place:]))


def _tidy(text: str) -> str:
    return text.strip().rstrip(";；,，、").strip()
