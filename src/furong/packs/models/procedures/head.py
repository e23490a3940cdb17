"""Who and where in a procedure: subject, roles, assignments, states, limits and clocks."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from furong.engines.worktime import PATTERN
from furong.packs.models.base import Entry, Fault, Items, Text, Word, refuse
from furong.packs.problems import shown

Capacity = Literal[
    "owner", "liaison", "dispatcher", "clerk", "head", "leader", "finance", "statistics",
    "policy_officer", "policy_reviewer", "auditor",
]  # fmt: skip
"""What a person may be in a case. `head`: who answers for a unit (单位负责人)."""

Basis = Literal["stated", "derived", "statute", "assumed"]
"""Where a limit comes from: 原文, 推算, 法规, 假设; all but the last name their source."""

BUILT_IN_ROLES = ("system", "reporter", "public")


def _duration(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(PATTERN, value):
        return value
    raise refuse(
        [Fault((), f"{shown(value)} 不是时限", "请写 30m、4h、0.5d 的样子，或者 end_of_day")]
    )


Duration = Annotated[
    str,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": f"^({PATTERN})$"}),
]
"""Minutes, hours or days, `30m` `4h` `0.5d`; or the end of the day on which the clock started."""


class CaseSubject(Entry):
    """Whom a case is about."""

    kinds: Items[Word] = Field(min_length=1, description="可以是哪些类别的主体")
    required: bool = Field(True, description="false：可以不涉及任何主体")


class Retention(Entry):
    """How long a closed case is kept."""

    keep: Duration = Field(description="办结后保存多久")
    then: Literal["destroy", "archive"] = Field(description="其后销毁还是移交档案")
    basis: Basis = Field(description="依据")


class Assigned(Entry):
    """The organisation that holds an assignment."""

    assignment: Word = Field(description="哪一种承办")


class OfOrganisation(Entry):
    """One named organisation."""

    organisation: Word = Field(description="哪个单位")


class Role(Entry):
    """Who may act: a capacity, and what a person's grant must cover."""

    label: Text = Field(description="名称")
    capacity: Capacity = Field(description="身份")
    scope: Literal["subject", "district"] | Assigned | OfOrganisation = Field(description="范围")


class Assignment(Entry):
    """A way in which organisations hold a case."""

    label: Text = Field(description="名称")
    count: Literal[1, "0..1", "0..", "1.."] = Field(description="几个单位")
    clock: Word | None = Field(None, description="各单位自己的时限")


class State(Entry):
    """Where a case stands."""

    label: Text = Field(description="名称")
    category: Literal["open", "suspended", "closed"] = Field(description="在办、挂账还是办结")
    owner: Word | None = Field(None, description="在谁手里；办结的不写")
    blind: Items[Word] = Field((), description="在此状态下，哪些动作填的内容谁也看不到")


class Limit(Entry):
    """How long: by natural hours, by working time, or up to a moment that a form asks for."""

    natural: Duration | dict[Word, Duration] | None = Field(None, description="战时，自然时间")
    working: Duration | dict[Word, Duration] | None = Field(None, description="平时，工作时间")
    until: Word | None = Field(None, description="到哪一栏所填的时刻")

    def faults(self) -> Iterator[Fault]:
        given = self.natural is not None or self.working is not None
        if given == (self.until is not None):
            yield Fault(
                (), "时限要么写 natural、working，要么写 until", "请写其中一种，不能都写或都不写"
            )


class Clock(Entry):
    """A running limit."""

    label: Text = Field(description="名称")
    runs_in: Items[Word] = Field((), description="在哪些状态下走；不写为各单位或请求自己的")
    limit: Limit = Field(description="时限")
    basis: Basis | None = Field(None, description="依据：原文、推算、法规、假设")
    source: str = Field("", description="出处；假设的不写")
    ladder: Word | None = Field(None, description="提醒和升级")

    def faults(self) -> Iterator[Fault]:
        if self.limit.until is None and self.basis is None:
            yield Fault((), "时限没有写 basis", "请写 stated、derived、statute 或 assumed")
        if self.basis not in (None, "assumed") and not self.source:
            yield Fault(("basis",), "写了依据，没有写 source", "请写出处；没有出处的写 assumed")
