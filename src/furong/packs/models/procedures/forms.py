"""What a form asks: facts, other fields, the questions that a field names, another form's items."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from furong.packs.models.base import Entry, Expression, FactKey, Fault, Items, Text, Word, refuse

FieldType = Literal[
    "text", "texts", "moment", "money", "files", "organisation", "organisations", "person",
    "people", "case", "cases", "class", "policy", "criteria", "facts", "answers",
]  # fmt: skip


def _needed(value: Any) -> Any:
    return {True: "TRUE", False: ""}.get(value, value) if isinstance(value, bool) else value


Needed = Annotated[
    Expression | Literal[""],
    BeforeValidator(_needed, json_schema_input_type=bool | str),
    PlainSerializer(lambda value: {"TRUE": True, "": False}.get(value, value)),
]
"""Whether an answer must be given: always, never (""), or where an expression is true."""


class AsksFact(Entry):
    """A fact: of the subject, where its kind carries it, else of the case."""

    fact: FactKey = Field(description="哪一项事实")
    required: Needed = Field("", description="是否必填；也可以写条件")
    value: Any = Field(None, description="不问，直接记为")

    def faults(self) -> Iterator[Fault]:
        if self.value is not None and self.required:
            yield Fault(("required",), "直接记的值不用填写", "请删去 required")


class AsksField(Entry):
    """Anything else, which no expression can use."""

    field: Word = Field(description="编号")
    type: FieldType = Field(description="类型")
    label: Text = Field(description="名称")
    max: int | None = Field(None, ge=1, le=20_000, description="最多多少字")
    required: Needed = Field("", description="是否必填；也可以写条件")
    audience: Literal["reporter", "public"] | None = Field(
        None, description="谁看得到；不写只有经办的人"
    )
    personal: bool = Field(False, description="个人信息：加密，可以销毁")
    of: Word | None = Field(None, description="answers：答的是哪一栏列出的事实")

    def faults(self) -> Iterator[Fault]:
        if (self.max is not None) != (self.type == "text"):
            yield Fault(("max",), "文字要写最多多少字，其他类型不写", "请按类型增删 max")
        if (self.of is not None) != (self.type == "answers"):
            yield Fault(("of",), "answers 要写 of，其他类型不写", "请按类型增删 of")


class AsksNamed(Entry):
    """The facts that a field of type facts, or a policy, names."""

    asked: Word = Field(description="哪一栏列出的事实")


class AskedWithin(AsksFact):
    """A fact that is answered within a field of type answers: kept with the act, not yet stated."""

    within: Word = Field(description="哪一栏")


class AsksForm(Entry):
    """Another form's items, in this place."""

    form: Word = Field(description="哪张表")


type FormItem = AsksFact | AsksField | AsksNamed | AsksForm

_KINDS: dict[str, type[Entry]] = {
    "fact": AsksFact, "field": AsksField, "asked": AsksNamed, "form": AsksForm,
}  # fmt: skip


def _item(value: Any) -> Any:
    """The one shape that the item's first key names, so that a fault speaks of that shape alone."""
    if isinstance(value, Entry):
        return value
    named = [key for key in _KINDS if isinstance(value, dict) and key in value]
    if len(named) != 1:
        raise refuse([Fault((), "看不出这一项问什么", "请写 fact、field、asked 或 form 之一")])
    return _KINDS[named[0]].model_validate(value)


type FormItems = Items[Annotated[FormItem, BeforeValidator(_item)]]
