"""procedures/*.yaml: how one kind of case moves (docs/reference/procedures.md).

The models say what shape each part has. What the parts must agree on among themselves and with the
rest of the pack is checked in `furong.packs.procedures`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from furong.packs.models.base import Entry, Fault, Items, Text, Word
from furong.packs.models.facts import Fact
from furong.packs.models.procedures.acts import Action, Opening, Request
from furong.packs.models.procedures.forms import FormItems
from furong.packs.models.procedures.head import (
    BUILT_IN_ROLES,
    Assigned,
    Assignment,
    CaseSubject,
    Clock,
    Retention,
    Role,
    State,
)
from furong.packs.models.procedures.migrating import StateMap
from furong.packs.models.procedures.watching import Paper, Posted, Rung
from furong.packs.problems import nearest


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
    sample: int | None = Field(None, ge=0, le=100, description="抽多少（%）由另一人再办一次")
    facts: Items[Fact] = Field((), description="件的事实，写法同 facts/")
    roles: dict[Word, Role] = Field(min_length=1, description="谁可以办")
    assignments: dict[Word, Assignment] = Field(default_factory=dict, description="由哪些单位承办")
    states: dict[Word, State] = Field(min_length=1, description="状态")
    closures: dict[Word, Text] = Field(min_length=1, description="办结的情形")
    openings: dict[Word, Opening] = Field(min_length=1, description="怎样发起")
    actions: dict[Word, Action] = Field(min_length=1, description="办理动作")
    requests: dict[Word, Request] = Field(default_factory=dict, description="请示和答复")
    clocks: dict[Word, Clock] = Field(default_factory=dict, description="时限")
    ladders: dict[Word, Items[Rung]] = Field(default_factory=dict, description="提醒和升级")
    lists: dict[Word, Posted] = Field(default_factory=dict, description="定时送达的清单")
    documents: dict[Word, Paper] = Field(default_factory=dict, description="出具的文书")
    forms: dict[Word, FormItems] = Field(default_factory=dict, description="表单")
    texts: dict[Word, Text] = Field(default_factory=dict, description="通知用语")
    migrates: Items[StateMap] = Field((), description="以前各版在办的件怎样转到这一版")
    notes: Items[Text] = Field((), description="备注")

    def faults(self) -> Iterator[Fault]:
        if self.personal and self.retention is None:
            yield Fault((), "个人信息的办理流程没有写 retention", "请写保存多久、其后怎样处理")
        yield from self._owners()
        yield from self._scopes()
        yield from self._clocks()
        yield from self._maps()

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

    def _maps(self) -> Iterator[Fault]:
        seen: set[int] = set()
        for index, one in enumerate(self.migrates):
            at = ("migrates", index, "from")
            if one.start >= self.version:
                yield Fault(
                    at,
                    f"第 {one.start} 版不早于这一版（第 {self.version} 版）",
                    "请写以前的版本；内容改过的，请先把 version 加一",
                )
            if one.start in seen:
                yield Fault(at, f"第 {one.start} 版写了两次", "请合成一项")
            seen.add(one.start)

    def map_from(self, version: int) -> StateMap | None:
        """How open cases of an earlier version go on under this one; None where it does not say."""
        return next((one for one in self.migrates if one.start == version), None)


def _missing(at: tuple[str | int, ...], word: str, name: str, known: Mapping[str, Any]) -> Fault:
    remedy = nearest(name, known) or (
        f"可用的：{'、'.join(known)}" if known else f"请先声明这个{word}，或者删去"
    )
    return Fault(at, f"没有{word} {name}", remedy)
