"""What moves a case: openings, actions, requests with their answers, and the calls that they make."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from furong.packs.models.base import Entry, Expression, FactKey, Fault, Items, Text, Word, refuse
from furong.packs.problems import shown

BACK = "back"
"""Where an action leads that returns a case to the state from which it was suspended."""


class Call(NamedTuple):
    """A guard or an effect by name, with what it is given: a mapping, a list, or nothing."""

    name: str
    given: Any

    @property
    def args(self) -> Mapping[str, Any]:
        """What is given by name; empty where it is a list or nothing."""
        return self.given if isinstance(self.given, Mapping) else {}


def _call(value: Any) -> Any:
    if isinstance(value, Call):
        return value
    if isinstance(value, str) and value:
        return Call(value, None)
    if isinstance(value, dict) and len(value) == 1:
        ((name, given),) = value.items()
        if isinstance(name, str):
            return Call(name, given)
    raise refuse([Fault((), f"{shown(value)} 不是一项条件或效果", "请写“名称: {参数}”，一行一项")])


def _call_as_written(call: Call) -> Any:
    return call.name if call.given is None else {call.name: call.given}


Called = Annotated[
    Call,
    BeforeValidator(_call),
    PlainSerializer(_call_as_written),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "object", "minProperties": 1, "maxProperties": 1}]}
    ),
]


class Proxy(Entry):
    """Who may enter what another decided on paper, and the field that shows the paper."""

    role: Word = Field(description="谁可以凭原件代录")
    shows: Word = Field(description="原件在哪一栏")


class ClosureRule(Entry):
    """A closure where a condition holds; the last one has none."""

    when: Expression | None = Field(None, description="什么情况下；最后一条不写")
    code: Word = Field(description="办结情形")


class Closing(Entry):
    """The closures that an action gives: one to be chosen, or the first whose condition holds."""

    choices: Items[Word] = ()
    rules: Items[ClosureRule] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return (*self.choices, *(rule.code for rule in self.rules))


def _closing(value: Any) -> Any:
    if isinstance(value, Closing):
        return value
    if isinstance(value, str):
        return {"rules": [{"code": value}]}
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return {"choices": value}
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return {"rules": value}
    raise refuse(
        [
            Fault(
                (),
                f"{shown(value)} 不是办结情形",
                "请写一个编号、一列编号，或者逐条的 when 和 code",
            )
        ]
    )


_RULE = {"type": "object", "required": ["code"], "properties": {"when": {}, "code": {}}}
Closes = Annotated[
    Closing,
    BeforeValidator(_closing),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"anyOf": [{"type": "string"}, _RULE]}},
            ]
        }
    ),
]
"""A code; codes to choose from; or first match."""


class Opening(Entry):
    """A way in which a case begins."""

    label: Text = Field(description="名称")
    by: Items[Word] = Field(min_length=1, description="谁可以发起")
    to: Word = Field(description="到哪个状态")
    form: Word | None = Field(None, description="填哪张表")
    kind: Word | None = Field(None, alias="class", description="这样发起的是哪一类")
    bulk: bool = Field(False, description="可以成批发起")
    guards: Items[Called] = Field((), description="要满足的条件")
    effects: Items[Called] = Field((), description="随之发生的事")


class Action(Entry):
    """What somebody may do with a case in some of its states."""

    label: Text = Field(description="名称")
    start: Items[Word] = Field(alias="from", min_length=1, description="在哪些状态下")
    to: Word | None = Field(None, description="到哪个状态；不写为不变，back 为回到挂账前")
    by: Items[Word] = Field(min_length=1, description="谁可以办")
    form: Word | None = Field(None, description="填哪张表")
    requires: Items[FactKey] = Field((), description="此时必须已知的事实")
    guards: Items[Called] = Field((), description="要满足的条件")
    effects: Items[Called] = Field((), description="随之发生的事")
    closure: Closes | None = Field(None, description="办结情形")
    bulk: bool = Field(False, description="可以成批办理")
    auto: bool = Field(False, description="条件一满足就由系统办")
    proxy: Proxy | None = Field(None, description="凭原件代录")


class Answer(Entry):
    """An answer that a request may have."""

    label: Text = Field(description="名称")
    to: Word | None = Field(None, description="到哪个状态；不写为不变")
    form: Word | None = Field(None, description="填哪张表")
    effects: Items[Called] = Field((), description="随之发生的事")


class Request(Entry):
    """A question put to somebody, with a clock and a closed list of answers."""

    label: Text = Field(description="名称")
    by: Items[Word] = Field(min_length=1, description="谁可以提出")
    during: Items[Word] = Field(min_length=1, description="在哪些状态下")
    form: Word | None = Field(None, description="填哪张表")
    guards: Items[Called] = Field((), description="要满足的条件")
    delivered: dict[Word, Word] = Field(
        default_factory=dict, description="各分类何时送达：at_once 或清单的编号；不写为立即"
    )
    clock: Word = Field(description="答复时限")
    answered_by: Items[Word] = Field(min_length=1, description="由谁答复")
    proxy: Proxy | None = Field(None, description="凭原件代录")
    silence: Word | None = Field(None, description="逾期不答复视为哪一种；不写则一直等")
    answers: dict[Word, Answer] = Field(min_length=1, description="可以怎样答复")


AT_ONCE: Literal["at_once"] = "at_once"
