"""policies/*.yaml: one document a file, and the policies in it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from furong.packs.models.base import (
    DayAsGiven,
    Entry,
    Expression,
    Fault,
    Items,
    Number,
    Period,
    PolicyId,
    Text,
    Word,
    first_day,
    number,
    plain_number,
)
from furong.packs.models.manifest import Level

SourceKind = Literal["official", "press", "mirror"]
Door = Literal["automatic", "instant", "application"]
BenefitKind = Literal[
    "exempt", "reduce", "defer", "deduction", "refund", "subsidy", "reward", "interest",
    "relief", "service", "finance", "decision",
]  # fmt: skip
Rounding = Literal["half_up", "half_even", "up", "down"]
Per = Literal["enterprise", "month", "year", "person"]
Verdict = Literal["eligible", "ineligible", "unknown"]

type PolicyKey = tuple[str, int]
"""A policy's id and version."""

WAYS = ("when", "attested", "open", "decides")
"""How a criterion is settled: exactly one of these is written."""


class DocumentSource(Entry):
    """Where a document was read."""

    url: str = Field("", pattern=r"^(https?://\S+)?$", description="网址")
    kind: SourceKind = Field(description="official 官方、press 报道、mirror 转载")


class Document(Entry):
    """The official document that policies come from."""

    id: Word = Field(description="编号，与文件同名")
    title: Text = Field(description="标题")
    number: str = Field("", description="文号")
    issuer: str = Field("", description="发文机关")
    issued: DayAsGiven = Field(description="成文日期；来源只给到月或年的，写到月或年")
    effective: Period = Field(default_factory=Period, description="施行期间")
    level: Level = Field(description="层级")
    jurisdiction: str = Field("", description='适用地区代码的开头，加引号；"" 为全国')
    source: DocumentSource | None = Field(None, description="出处")
    note: str = Field("", description="备注")


class Criterion(Entry):
    """One condition of a policy; all must hold."""

    id: Word = Field(description="编号，在本政策内不重复")
    label: Text = Field(description="条件的说法")
    when: Expression | None = Field(None, description="条件表达式")
    attested: Text | None = Field(None, description="凭哪份材料认定；出示之前为未知")
    open: Text | None = Field(None, description="原文未见全文：说明缺什么；最多为未知")
    decides: Text | None = Field(None, description="由哪个单位一事一议")
    unclear: Expression | None = Field(None, description="在什么情况下原文没有说清、由部门认定")
    why: str = Field("", description="为什么没有说清")
    clause: str = Field("", description="原文第几条")
    proof: str = Field("", description="以什么材料证明")

    def faults(self) -> Iterator[Fault]:
        ways = [name for name in WAYS if getattr(self, name) is not None]
        if not ways:
            yield Fault((), "条件没有写怎样认定", f"请写 {'、'.join(WAYS)} 中的一种")
        if len(ways) > 1:
            yield Fault(
                (ways[1],), f"{' 和 '.join(ways)} 只能写一种", "请留下一种，或者拆成两个条件"
            )
        if self.unclear is not None and self.when is None:
            yield Fault(("unclear",), "unclear 只用于写了 when 的条件", "请删去，或者补上 when")
        if self.unclear is not None and not self.why:
            yield Fault(("unclear",), "没有写 why", "请用 why 说明原文哪里没有说清")


class Benefit(Entry):
    """What an eligible subject gets."""

    kind: BenefitKind = Field(description="种类")
    amount: Expression | None = Field(None, description="金额表达式，元")
    cap: Expression | None = Field(None, description="最多多少元：数或表达式")
    floor: Number | None = Field(None, ge=0, description="不足多少元不发")
    at_most: Expression | None = Field(None, description="金额未知时，已知的上限")
    rounding: Rounding = Field("half_up", description="取舍方法")
    to: Number | None = Field(None, gt=0, description="取舍到多少元；不写则到币种的最小单位")
    per: Per | None = Field(None, description="按什么计")
    period: Period | None = Field(None, description="享受期间")
    open: str = Field("", description="金额为什么未知")
    note: str = Field("", description="备注")


class Group(Entry):
    """Policies of which only the highest is paid."""

    id: Word = Field(description="编号")
    label: Text = Field(description="名称")


class Budget(Entry):
    """The most that a policy pays in all."""

    amount: Number = Field(gt=0, description="总额，元")
    partial: bool = Field(False, description="最后一户可否只得余额")


class Guide(Entry):
    """How to apply (申报指南)."""

    materials: Items[Text] = Field((), description="申报材料")
    steps: Items[Text] = Field((), description="办理流程")
    deadline: Period | None = Field(None, description="申报期间")
    unit: str = Field("", description="受理单位")
    phone: str = Field("", description="咨询电话")
    channel: str = Field("", description="办理途径")


class OpenPoint(Entry):
    """Something else that the source leaves open."""

    about: Text = Field(description="哪一点")
    text: Text = Field(description="缺什么、依据什么")


def _amount(value: Any) -> Any:
    return value if value == "unknown" else number(value)


class Case(Entry):
    """A worked example, run by `furong pack check`."""

    title: Text = Field(description="例子的名称")
    facts: dict[str, Any] = Field(description="事实的值；政策编号.条件编号: true 表示已认定")
    verdict: Verdict = Field(description="应得的结论")
    amount: Annotated[
        Decimal | Literal["unknown"] | None,
        BeforeValidator(_amount),
        PlainSerializer(
            lambda value: plain_number(value) if isinstance(value, Decimal) else value,
            when_used="json",
        ),
        WithJsonSchema({"anyOf": [{"type": "number"}, {"const": "unknown"}]}),
    ] = Field(None, description='应得的金额，元；未知写 "unknown"；不写则不比')
    boundary: bool = Field(False, description="是否正在界值上")


class Policy(Entry):
    """One version of one policy."""

    id: PolicyId = Field(description="政策编号")
    version: int = Field(1, ge=1, description="第几版")
    title: Text = Field(description="名称")
    summary: str = Field("", description="一句话说明")
    kinds: Items[Word] = Field(min_length=1, description="适用哪些类别的主体")
    valid: Period | None = Field(
        None, description="本版适用期间；不写则用施行期间，再不然自成文日起"
    )
    refines: Items[PolicyId] = Field((), description="细化哪些政策")
    supersedes: Items[PolicyId] = Field((), description="替代哪些政策")
    door: Door | None = Field(
        None, description="automatic 免申即享、instant 即申即享、application 申报"
    )
    department: str = Field("", description="主管部门")
    basis: str = Field("", description="条件用到个人信息的依据：哪项法定职责，或何种同意")
    criteria: Items[Criterion] = Field(min_length=1, description="条件，须全部满足")
    benefit: Benefit = Field(description="给什么")
    group: Group | None = Field(None, description="就高不重复的一组")
    budget: Budget | None = Field(None, description="预算")
    guide: Guide | None = Field(None, description="申报指南")
    open: Items[OpenPoint] = Field((), description="原文未定的其他事项")
    notes: Items[Text] = Field((), description="备注")
    cases: Items[Case] = Field((), description="算例，至少两个；有界值的，一个在界上")

    @property
    def key(self) -> PolicyKey:
        """What tells this version from every other."""
        return self.id, self.version

    def faults(self) -> Iterator[Fault]:
        seen: set[str] = set()
        for index, criterion in enumerate(self.criteria):
            if criterion.id in seen:
                yield Fault(
                    ("criteria", index, "id"), f"条件编号 {criterion.id} 写了两次", "请换一个编号"
                )
            seen.add(criterion.id)

    def window(self, document: Document) -> Period:
        """When this version applies: as written, else the document's period, else from its issue."""
        period = self.valid or document.effective
        start = period.start or (None if self.valid else first_day(document.issued))
        return Period.model_construct(start=start, end=period.end)


class PoliciesFile(Entry):
    """policies/*.yaml."""

    document: Document = Field(description="文件")
    policies: Items[Policy] = Field(description="文件里的政策")
