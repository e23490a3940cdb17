"""procedures/*.yaml: how one kind of case moves (docs/reference/procedures.md).

What the rest of a pack has to agree with is checked here: subjects, facts, calendar, roles, states,
clocks. What only the case engine can judge (openings, actions, requests, ladders, forms …) is kept
as it stands.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from furong.engines.worktime import PATTERN
from furong.packs.models.base import Entry, Fault, Items, Text, Word, refuse
from furong.packs.models.facts import Fact
from furong.packs.problems import nearest, shown

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


type Kept = dict[Word, Any]
"""A section that the case engine checks."""


class Procedure(Entry):
    """procedures/*.yaml: one procedure a file."""

    procedure: Word = Field(description="编号，与文件同名")
    version: int = Field(ge=1, description="第几版；办理中的件按受理时的版本")
    title: Text = Field(description="名称")
    summary: str = Field("", description="一两句话的说明")
    number: Text = Field(description="公开编号的样式，如 SQ{year}{serial:05}")
    subject: CaseSubject = Field(description="涉及谁")
    classes: dict[Word, Text] = Field(min_length=1, description="分类；第一个是新件的")
    calendar: Word = Field(description="工作时间和战时、平时按哪个日历")
    personal: bool = Field(False, description="整件都是个人信息")
    retention: Retention | None = Field(None, description="保存期限；personal 的必写")
    facts: Items[Fact] = Field((), description="件的事实，写法同 facts/")
    roles: dict[Word, Role] = Field(min_length=1, description="谁可以办")
    assignments: dict[Word, Assignment] = Field(default_factory=dict, description="由哪些单位承办")
    states: dict[Word, State] = Field(min_length=1, description="状态")
    closures: dict[Word, Text] = Field(min_length=1, description="办结的情形")
    openings: Kept = Field(description="怎样发起")
    actions: Kept = Field(description="办理动作")
    requests: Kept = Field(default_factory=dict, description="请示和答复")
    clocks: dict[Word, Clock] = Field(default_factory=dict, description="时限")
    ladders: Kept = Field(default_factory=dict, description="提醒和升级")
    lists: Kept = Field(default_factory=dict, description="定时送达的清单")
    documents: Kept = Field(default_factory=dict, description="出具的文书")
    forms: Kept = Field(default_factory=dict, description="表单")
    texts: dict[Word, Text] = Field(default_factory=dict, description="通知用语")
    notes: Items[Text] = Field((), description="备注")

    def faults(self) -> Iterator[Fault]:
        if self.personal and self.retention is None:
            yield Fault((), "个人信息的办理流程没有写 retention", "请写保存多久、其后怎样处理")
        yield from self._owners()
        yield from self._scopes()
        yield from self._clocks()

    def _owners(self) -> Iterator[Fault]:
        for name, state in self.states.items():
            at = ("states", name, "owner")
            if (state.category == "closed") != (state.owner is None):
                yield Fault(
                    at[: 2 if state.owner is None else 3],
                    f"状态 {name} {'没有写在谁手里' if state.owner is None else '已办结，不该在谁手里'}",
                    "在办和挂账的要写 owner，办结的不写",
                )
            elif state.owner and state.owner not in self.roles:
                yield _missing(at, "角色", state.owner, self.roles)

    def _scopes(self) -> Iterator[Fault]:
        for name, role in self.roles.items():
            if name in BUILT_IN_ROLES:
                yield Fault(("roles", name), f"角色 {name} 是系统自带的", "请换一个名称")
            if isinstance(role.scope, Assigned) and role.scope.assignment not in self.assignments:
                at = ("roles", name, "scope", "assignment")
                yield _missing(at, "承办", role.scope.assignment, self.assignments)

    def _clocks(self) -> Iterator[Fault]:
        for name, clock in self.clocks.items():
            for index, state in enumerate(clock.runs_in):
                if state not in self.states:
                    yield _missing(("clocks", name, "runs_in", index), "状态", state, self.states)
            if clock.ladder is not None and clock.ladder not in self.ladders:
                yield _missing(("clocks", name, "ladder"), "提醒", clock.ladder, self.ladders)
            for way in ("natural", "working"):
                limit = getattr(clock.limit, way)
                if isinstance(limit, dict) and limit.keys() != self.classes.keys():
                    yield Fault(
                        ("clocks", name, "limit", way),
                        "各分类的时限与 classes 不一致",
                        f"请每一类写一个：{'、'.join(self.classes)}",
                    )
        for name, assignment in self.assignments.items():
            if assignment.clock is not None and assignment.clock not in self.clocks:
                at = ("assignments", name, "clock")
                yield _missing(at, "时限", assignment.clock, self.clocks)


def _missing(at: tuple[str | int, ...], word: str, name: str, known: Mapping[str, Any]) -> Fault:
    remedy = nearest(name, known) or (
        f"可用的：{'、'.join(known)}" if known else f"请先声明这个{word}，或者删去"
    )
    return Fault(at, f"没有{word} {name}", remedy)
