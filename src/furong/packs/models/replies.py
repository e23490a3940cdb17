"""replies/*.yaml: texts that units keep for their answers, with places that are filled in when used."""

import re
from collections.abc import Iterator
from typing import Final

from pydantic import Field

from furong.packs.models.base import Entry, Fault, Items, Text, Word
from furong.packs.problems import nearest

PLACEHOLDERS: Final = (
    "编号", "事由", "企业名称", "诉求类别", "承办单位", "本单位", "办结时限", "登记日期", "今天",
)  # fmt: skip
"""What may stand in braces; `furong.apps.cases.templates` fills each in."""

NAME, BODY = 40, 1000
"""Characters of a template's name and of its text."""

_GAP = re.compile(r"(?<=\S)\u3000{2,}")  # not at the beginning of a line, which is an indent
_BREAK = re.compile(r"[\s\u3002\uff0c\uff1a\uff1b\uff08]")
_BLANK = re.compile(r"_{3,}|\uff3f{2,}")
_PLACE = re.compile(r"\{([^{}]*)\}")


def normal(body: str) -> str:
    """With braces as they are read: full-width ones are what a Chinese keyboard gives."""
    return body.replace("\uff5b", "{").replace("\uff5d", "}")


def places_in(body: str) -> list[str]:
    """The names in braces, each once, in order."""
    return [*dict.fromkeys(name.strip() for name in _PLACE.findall(normal(body)))]


def unknown_places(body: str) -> list[str]:
    """Those of them that nothing fills in."""
    return [name for name in places_in(body) if name not in PLACEHOLDERS]


def is_open(body: str) -> bool:
    """Whether some brace has no partner."""
    return bool(re.search(r"[{}]", _PLACE.sub("", normal(body))))


def filled(body: str, values: dict[str, str]) -> str:
    """The text with every place filled in by `values`."""
    return _PLACE.sub(lambda found: values[found[1].strip()], normal(body))


def marked(name: str) -> str:
    """How a place stands in a text of which nothing is known."""
    return f"〔{name}〕"


def with_blanks(text: str) -> str:
    """The text with the gaps that are to be filled in by hand drawn as lines, which are seen."""
    return _GAP.sub(lambda found: "__" * len(found[0]), text)


def left_open(text: str) -> list[str]:
    """What of a template nobody has filled in, as it stands in the text: 〔承办单位〕, a blank with
    the words before it.
    """
    named = map(marked, PLACEHOLDERS)
    blanks = (text[max(found.start() - 6, 0) : found.end()] for found in _BLANK.finditer(text))
    told = [_BREAK.split(one)[-1] for one in blanks]
    return [*(one for one in named if one in text), *dict.fromkeys(told)]


class Reply(Entry):
    """A text for answers (答复模板)."""

    id: Word = Field(description="编号")
    name: Text = Field(description="名称")
    unit: Word | None = Field(None, description="哪个单位用；不写为全区")
    procedure: Word | None = Field(None, description="只用于哪个流程")
    act: Word | None = Field(None, description="只用于流程的哪个动作或请示")
    category: Word | None = Field(None, description="只用于哪类诉求")
    body: Text = Field(description="正文；{编号} 的样子，使用时填入")

    def faults(self) -> Iterator[Fault]:
        for name in unknown_places(self.body):
            remedy = nearest(name, PLACEHOLDERS) or f"可用的：{'、'.join(PLACEHOLDERS)}"
            yield Fault(("body",), f"没有占位符 {{{name}}}", remedy)
        if is_open(self.body):
            yield Fault(("body",), "花括号没有成对", "请写成 {编号} 的样子")
        if len(self.name) > NAME or len(self.body) > BODY:
            yield Fault((), f"名称最多 {NAME} 字，正文最多 {BODY} 字", "请改短")
        if self.act is not None and self.procedure is None:
            yield Fault(("act",), "写了动作，没有写流程", "请补上 procedure")


class RepliesFile(Entry):
    """replies/*.yaml."""

    replies: Items[Reply] = Field(min_length=1, description="答复模板")
