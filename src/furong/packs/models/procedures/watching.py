"""What watches a case and what it issues: ladders, lists, documents."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from furong.packs.models.base import ClockTime, Entry, Fault, Items, Text, Word, refuse
from furong.packs.models.procedures.acts import Called
from furong.packs.models.procedures.head import Basis, Duration
from furong.packs.problems import shown

_PERCENT = re.compile(r"[1-9]\d{0,2}%")


def _percent(value: Any) -> Any:
    if isinstance(value, str) and _PERCENT.fullmatch(value):
        return value
    raise refuse([Fault((), f"{shown(value)} 不是百分比", "请写 80% 的样子")])


Percent = Annotated[
    str,
    BeforeValidator(_percent),
    WithJsonSchema({"type": "string", "pattern": f"^{_PERCENT.pattern}$"}),
]


class Over(Entry):
    """How long after the limit, in the way that the clock counts."""

    natural: Duration | None = Field(None, description="自然时间")
    working: Duration | None = Field(None, description="工作时间")

    def faults(self) -> Iterator[Fault]:
        if self.natural is None and self.working is None:
            yield Fault((), "没有写超过多久", "请写 natural、working 或两者")


class Rung(Entry):
    """A step of a ladder: when it is reached, what is done and who is told."""

    at: Percent | None = Field(None, description="时限用去多少")
    overdue: Over | None = Field(None, description="超过时限多久")
    do: Word | None = Field(None, description="系统随之办哪个动作")
    tell: Items[Word] = Field((), description="告诉谁")
    text: Word | None = Field(None, description="用哪一句")
    effects: Items[Called] = Field((), description="随之发生的事")

    def faults(self) -> Iterator[Fault]:
        if (self.at is None) == (self.overdue is None):
            yield Fault((), "没有写何时触发，或者写了两种", "请写 at（如 80%）或 overdue 之一")
        if bool(self.tell) != (self.text is not None):
            yield Fault((), "tell 和 text 要一起写", "请写明告诉谁、用哪一句")
        if not (self.do or self.tell or self.effects):
            yield Fault((), "这一级什么都不做", "请写 do、tell 或 effects，或者删去")


class Posted(Entry):
    """A list that is handed over at a fixed time of day."""

    label: Text = Field(description="名称")
    cut: ClockTime = Field(description="几点截止；只收以前登记的")
    hand_over: ClockTime = Field(description="几点送达")
    basis: Basis | None = Field(None, description="依据")
    source: str = Field("", description="出处；假设的不写")
    to: Items[Word] = Field(min_length=1, description="送给谁，一人一份")
    holds: Items[Word] = Field(min_length=1, description="列哪些：asked、opened、due、overdue")
    delivers: Items[Word] = Field((), description="哪些请求随它送达")

    def faults(self) -> Iterator[Fault]:
        for index, name in enumerate(self.holds):
            if name not in HOLDINGS:
                yield Fault(
                    ("holds", index), f"没有 {name} 这一项", f"可用的：{'、'.join(HOLDINGS)}"
                )
        if self.basis not in (None, "assumed") and not self.source:
            yield Fault(("basis",), "写了依据，没有写 source", "请写出处；没有出处的写 assumed")


HOLDINGS = ("asked", "opened", "due", "overdue")


class Paper(Entry):
    """A document that a case issues."""

    label: Text = Field(description="名称")
    number: Text | None = Field(None, description="文书编号的样式；不写用件的编号")
    shows: Items[Word] = Field(min_length=1, description="写明哪些栏和事实")
    verifiable: bool = Field(False, description="带查验码")
    verify_shows: Items[Word] = Field((), description="查验页只显示哪些")
    valid: Duration | None = Field(None, description="有效多久")
    basis: Basis | None = Field(None, description="依据")

    def faults(self) -> Iterator[Fault]:
        if self.verify_shows and not self.verifiable:
            yield Fault(("verify_shows",), "没有查验码，写了查验页", "请写 verifiable: true")
