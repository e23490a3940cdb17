"""Why: conditions in words, criterion by criterion, with what is used and what is missing."""

import pytest

from furong.engines.rules import Benefit, Criterion, Fact, Judge, Policy, Rulebook, TableRow
from furong.engines.rules.explain import explain
from furong.engines.rules.words import in_words

FACTS = [
    Fact("staff", "integer", "期末从业人员", "人", minimum=0, ask="从业人员多少？"),
    Fact("revenue", "money", "营业收入", "元", minimum=0, ask="营业收入多少？"),
    Fact("start", "integer", "年初参保人数", "人", minimum=0, ask="年初参保多少人？"),
    Fact("end", "integer", "年末参保人数", "人", minimum=0, ask="年末参保多少人？"),
    Fact("rate", "decimal", "裁员率", "%", scale=4, derive="ratio(start - end, start)"),
    Fact("insured", "boolean", "已参加社会保险"),
    Fact("zombie", "boolean", "僵尸企业"),
    Fact("industry", "code", "行业代码"),
    Fact("day", "date", "复工日期"),
    Fact("listed", "set", "名单", values={"a": "甲名单", "b": "乙名单"}),
    Fact(
        "size",
        "choice",
        "企业规模",
        values={"medium": "中型", "small": "小型", "micro": "微型"},
        table=(
            TableRow("staff >= 100 AND revenue >= 1000万", ("medium",)),
            TableRow("staff >= 10 AND revenue >= 50万", ("small",)),
            TableRow("", ("micro",)),
        ),
    ),
]
BY_KEY = {fact.key: fact for fact in FACTS}


@pytest.mark.parametrize(
    ("source", "chinese", "english"),
    [
        ("staff <= 50", "期末从业人员不超过 50 人", "期末从业人员 at most 50 人"),
        ("rate <= 0.055", "裁员率不超过 5.5%", "裁员率 at most 5.5%"),
        ("revenue >= 2000万", "营业收入不少于 2,000 万元", "营业收入 at least 2,000 万元"),
        ("NOT insured", "未参加社会保险", "not: 已参加社会保险"),
        ("NOT zombie", "不是僵尸企业", "not: 僵尸企业"),
        ("NOT size IN ('micro')", "企业规模不属于微型", "企业规模 is not 微型"),
        ("NOT listed IN ('a')", "名单未列入甲名单", "名单 does not list 甲名单"),
        ("NOT industry LIKE 'I65%'", "行业代码不以 I65 开头", "行业代码 does not start with I65"),
        (
            "NOT (insured AND zombie)",
            "不属于以下情形：（已参加社会保险，且僵尸企业）",
            "not (已参加社会保险 and 僵尸企业)",
        ),
        ("size IN ('small', 'micro')", "企业规模为小型或微型", "企业规模 is 小型 or 微型"),
        ("listed IN ('a')", "名单列入甲名单", "名单 lists 甲名单"),
        ("industry LIKE 'I65%'", "行业代码以 I65 开头", "行业代码 starts with I65"),
        (
            "day <= DATE '2020-02-09' AND (insured OR staff > 3)",
            "复工日期不晚于 2020年2月9日，且（已参加社会保险，或期末从业人员超过 3 人）",
            "复工日期 by 2020年2月9日 and (已参加社会保险 or 期末从业人员 above 3 人)",
        ),
    ],
)
def test_in_words(source: str, chinese: str, english: str) -> None:
    assert in_words(source, BY_KEY) == chinese
    assert in_words(source, BY_KEY, "en") == english


def judge() -> Judge:
    policy = Policy(
        "P",
        criteria=[
            Criterion("size", "小微企业", when="size IN ('small', 'micro')", clause="第一条"),
            Criterion("rate", "少裁员", when="rate <= 0.055"),
            Criterion("proof", "有说明", attested="情况说明"),
            Criterion("edge", "不满三人的由部门定", when="staff >= 3", unclear="staff = 2"),
        ],
        benefit=Benefit(amount="staff * 500"),
    )
    return Judge(Rulebook(FACTS, [policy]))


def test_each_criterion_tells_what_it_used_and_what_would_settle_it() -> None:
    found = explain(judge(), "P", {"staff": 120, "start": 100})
    size, rate, proof, edge = found.lines
    assert (size.answer, size.missing) == ("unknown", ("revenue",))
    assert size.used[0].possible == ("中型", "小型", "微型")
    assert size.requirement == "企业规模为小型或微型"
    assert (rate.answer, rate.missing, rate.waits) == ("unknown", ("end",), ("facts",))
    assert (proof.missing, proof.waits) == (("P.proof",), ("document",))
    assert (edge.answer, edge.missing) == ("true", ())
    assert found.judgement.at_most == 120 * 50_000


def test_a_derived_value_is_shown_as_derived() -> None:
    found = explain(judge(), "P", {"staff": 5, "start": 100, "end": 95, "revenue": 100})
    rate = found.lines[1]
    assert (rate.used[0].shown, rate.used[0].derived) == ("5%", True)
    assert rate.answer == "true"


def test_where_the_text_does_not_settle_it_the_department_decides() -> None:
    facts = {"staff": 2, "start": 100, "end": 100, "revenue": 100, "P.proof": True}
    found = judge().judge(facts)[0]
    assert (found.verdict, found.missing, found.waits) == ("unknown", ("P.edge",), ("decision",))
    assert judge().judge({**facts, "P.edge": True})[0].verdict == "eligible"
    assert judge().judge({**facts, "P.edge": False})[0].verdict == "ineligible"


def test_a_clause_that_was_not_seen_stays_unknown_whatever_is_stated() -> None:
    policy = Policy("Q", criteria=[Criterion("text", "条件", open="全文未见")])
    found = Judge(Rulebook(FACTS, [policy])).judge({"Q.text": True})[0]
    assert (found.verdict, found.waits) == ("unknown", ("text",))


def test_an_unknown_policy_is_named_with_the_nearest() -> None:
    with pytest.raises(KeyError, match="没有政策 PP"):
        explain(judge(), "PP", {})
