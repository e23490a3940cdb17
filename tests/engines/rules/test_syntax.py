"""What the language refuses, where, and what to write instead; and what it accepts."""

from datetime import date

import pytest

from furong.engines.rules import (
    Benefit,
    Criterion,
    Fact,
    Judge,
    Policy,
    Rulebook,
    RuleErrors,
    TableRow,
)
from furong.engines.rules.columns import Columns
from furong.engines.rules.formula import ALWAYS, NEVER
from furong.engines.rules.lowering import lower
from furong.engines.rules.problems import ExpressionError
from furong.engines.rules.sweep import Sweep
from furong.engines.rules.syntax import parse_condition, parse_value
from tests.engines.rules.worlds import BASE, TABLES

FACTS = {fact.key: fact for fact in BASE + TABLES}

REFUSED = """
staff > (SELECT 1)                     | 这里应是一个值 | 9
staff > read_text('/etc/passwd')       | 这里应是一个值，却是 read_text | 9
lower(industry) = 'a'                  | 不能调用 lower() | 1
staff > 1 -- drop                      | 不能有注释 | 11
staff > 1 /* x */                      | 不能有注释 | 11
staff > 1; DROP TABLE x                | 只能是一个表达式 | 10
staff / 2 > 3                          | 没有除法 | 7
staff + 2 > 3                          | 不能算术 | 7
staff = NULL                           | 不能用 NULL | 9
staff IS NULL                          | 不能用 NULL | 7
staff IN (1, NULL)                     | 不能用 NULL | 14
staff = 'a'                            | staff 是整数，不能与 'a' 比较 | 9
industry = 6510                        | industry 是代码，不能与 6510 比较 | 12
insured > TRUE                         | insured 是是否，不能用 > 比大小 | 1
insured = 'yes'                        | 不能与 'yes' 比较 | 11
size > 'small'                         | 不能用 > 比大小 | 1
size = 'tiny'                          | size 没有值 'tiny' | 8
size                                   | size 是单选，不能单独作条件 | 1
listed = 'a'                           | listed 是多选，不能用 = | 1
listed IN ('d')                        | listed 没有值 'd' | 12
staff LIKE '1%'                        | staff 是整数，不能用 LIKE | 1
industry LIKE '%65'                    | 不是开头匹配 | 15
industry LIKE 'I_5%'                   | 不是开头匹配 | 15
industry LIKE '%'                      | 不是开头匹配 | 15
industry ILIKE 'i%'                    | ILIKE 多出来了 | 10
staff BETWEEN 9 AND 3                  | 两端写反了：9 大于 3 | 15
staff BETWEEN 3                        | 这里应是 AND | 16
staff > 1e400                          | e400 多出来了 | 10
staff > 1234567890123456               | 小数点前最多 15 位 | 9
rate = 0.055                           | 没有这么多位小数 | 8
resumed_on <= '2020-02-09'             | resumed_on 是日期 | 15
resumed_on <= DATE '2020-02-31'        | 没有 2020-02-31 这一天 | 20
resumed_on <= DATE '2020-2-9'          | DATE 之后应是日期 | 20
stafff > 3                             | 没有事实 stafff | 1
staff > revenue                        | 这里应是一个值，却是 revenue | 9
staff > 3 insured                      | insured 多出来了 | 11
staff >                                | 到了末尾 | 8
(staff > 3                             | 括号没有成对 | 11
staff > 3)                             | ) 多出来了 | 10
staff ≥ 3                              | 不认识 ≥ | 7
staff > 3 AND（insured）               | 是全角符号 | 14
size = "small"                         | 文字要用单引号 | 8
size = 'small                          | 单引号没有成对 | 8
staff != 3                             | 不认识 != | 7
rate <= 5.5%                           | 这里不能用 % | 12
$1 > staff                             | 不认识的符号 '$' | 1
"""


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_refused_with_the_cause_at_its_place(line: str) -> None:
    source, cause, column = (part.strip() for part in line.rsplit(" | ", 2))
    with pytest.raises(ExpressionError) as caught:
        lower(parse_condition(source), FACTS)
    said = f"{caught.value.message} {caught.value.remedy}"
    assert cause in said
    assert caught.value.column == int(column), said


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000 + "staff > 1" + ")" * 5000,
        "NOT " * 900 + "insured",
        "(" * 60 + "insured" + ")" * 60,
        " OR ".join(["insured"] * 900),
        "",
        "   ",
    ],
)
def test_monsters_are_refused_quickly(source: str) -> None:
    with pytest.raises(ExpressionError):
        parse_condition(source)


def test_nesting_of_a_reasonable_depth_is_read() -> None:
    assert parse_condition("(" * 30 + "insured" + ")" * 30)


SAME = [
    ("staff BETWEEN 5 AND 9", "staff >= 5 AND NOT staff > 9"),
    ("staff <> 5", "staff < 5 OR staff > 5"),
    ("size IN ('small', 'medium')", "NOT size = 'large'"),
    ("insured = TRUE", "insured"),
    ("insured <> TRUE", "NOT insured"),
    ("NOT (staff > 3 AND insured)", "staff <= 3 OR NOT insured"),
    ("industry LIKE 'I6%' AND industry LIKE 'I65%'", "industry LIKE 'I65%'"),
    ("industry LIKE ANY ('I65%', 'I651%')", "industry LIKE 'I65%'"),
    ("revenue >= 1万", "revenue >= 10000"),
    ("revenue >= 0.015", "revenue > 0.01"),
    ("listed IN ('a', 'b')", "listed IN ('b') OR listed IN ('a')"),
    ("staff IN (1, 2, 3)", "staff BETWEEN 1 AND 3"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_condition_are_one_formula(one: str, other: str) -> None:
    def parts(source: str) -> object:
        formula = lower(parse_condition(source), FACTS)
        return getattr(formula, "parts", formula) and _unordered(formula)

    assert parts(one) == parts(other)


def _unordered(formula: object) -> object:
    inner = getattr(formula, "parts", None)
    if inner is None:
        return formula
    return type(formula), frozenset(_unordered(part) for part in inner)


@pytest.mark.parametrize(
    ("source", "constant"),
    [
        ("staff >= 0", ALWAYS),
        ("staff > 40", NEVER),
        ("size IN ('large', 'medium', 'small')", ALWAYS),
        ("insured AND NOT insured", NEVER),
        ("staff > 5 OR staff <= 5", ALWAYS),
        ("resumed_on <= DATE '9999-12-31'", ALWAYS),
        ("resumed_on < DATE '0001-01-01'", NEVER),
    ],
)
def test_a_condition_that_asks_nothing_is_folded_and_refused(source: str, constant: object) -> None:
    assert lower(parse_condition(source), FACTS) == constant
    with pytest.raises(RuleErrors, match=r"恒成立|永远不成立"):
        Rulebook(BASE, [Policy("P", criteria=[Criterion("c", when=source)])])


def book(*facts: Fact, policies: tuple[Policy, ...] = ()) -> str:
    with pytest.raises(RuleErrors) as caught:
        Rulebook([*BASE, *facts], policies)
    return str(caught.value)


def test_every_fault_is_told_at_once() -> None:
    policies = (
        Policy(
            "P", criteria=[Criterion("a", when="stafff > 3"), Criterion("b", when="size = 'x'")]
        ),
        Policy("Q", criteria=[]),
    )
    told = book(Fact("double", "integer", derive="staff * 2 / 3"), policies=policies)
    assert "是否想写 staff？" in told
    assert "size 没有值 'x'" in told
    assert "Q：没有条件" in told
    assert "没有除法" in told


def test_derived_facts_must_not_run_in_a_circle() -> None:
    told = book(Fact("a", "integer", derive="b + 1"), Fact("b", "integer", derive="a - 1"))
    assert "a → b → a" in told


def test_criteria_that_contradict_each_other() -> None:
    criteria = [Criterion("a", when="staff > 9"), Criterion("b", when="staff < 5")]
    assert "互相矛盾" in book(policies=(Policy("P", criteria=criteria),))


def test_two_versions_valid_on_one_day() -> None:
    from datetime import date

    one = Policy("P", 1, criteria=[Criterion("a", when="insured")], valid_from=date(2020, 1, 1))
    two = Policy("P", 2, criteria=[Criterion("a", when="insured")], valid_from=date(2020, 3, 1))
    told = book(policies=(one, two))
    assert "有效期重叠" in told
    assert "2020-02-29" in told


def test_a_faulty_cap_is_found_in_the_cap() -> None:
    benefit = Benefit(amount="staff * 2", cap="staf")
    criteria = [Criterion("a", when="insured")]
    assert "benefit › cap（第 1 字符）" in book(policies=(Policy("P", 1, "", criteria, benefit),))


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("staff / 2", "没有除法"),
        ("foo(staff)", "没有函数 foo"),
        ("mim(staff, 2)", "是否想写 min？"),
        ("tier(staff)", "tier 没有档"),
        ("least(staff, 3)", "没有函数 least"),
        ("staff +", "到了末尾"),
        ("NULL", "不能用 NULL"),
    ],
)
def test_value_expressions_refused(source: str, cause: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_value(source)
    assert cause in f"{caught.value.message} {caught.value.remedy}"


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("insured * 2", "insured 是是否，不能参与计算"),
        ("tier(staff, 20: 1, 5: 2)", "没有从小到大"),
        ("ratio(staff, 2) + 1", "不能与别的算式连用"),
        ("days_between(staff, resumed_on)", "参数应是日期"),
    ],
)
def test_value_expressions_of_the_wrong_type(source: str, cause: str) -> None:
    assert cause in book(Fact("made", "integer", derive=source))


@pytest.mark.parametrize("hidden", ["\0", "\ud800", "\x1b", "\n"])
def test_text_with_hidden_characters_is_refused(hidden: str) -> None:
    with pytest.raises(ExpressionError, match="看不见的控制字符"):
        parse_condition(f"industry IN ('A', 'B{hidden}')")


def test_digits_are_those_of_ascii() -> None:
    with pytest.raises(ExpressionError, match="不认识的符号"):
        parse_condition("staff > ٣")


def test_days_are_counted_to_a_given_date() -> None:
    age = Fact("age", "integer", derive="days_between(resumed_on, DATE '2020-03-02')")
    made = Rulebook([*BASE, age])
    day = date(2020, 2, 1).toordinal()
    assert made.complete({"resumed_on": day}).known["age"] == 30


def test_a_table_names_at_most_62_values() -> None:
    def table(size: int) -> Fact:
        rows = tuple(TableRow(f"staff = {i}", (f"v{i}",)) for i in range(size))
        return Fact("kind", "code", table=rows)

    staff = Fact("staff", "integer")
    made = Rulebook(
        [staff, table(62)], [Policy("P", criteria=[Criterion("c", when="kind = 'v3'")])]
    )
    rows: list[dict[str, int]] = [{"staff": 3}, {"staff": 61}, {}, {"staff": 99}]
    reach = Sweep(made, Columns.from_rows(made.facts, rows)).reach("P")
    assert (reach.eligible, reach.ineligible, reach.unknown) == (1, 1, 2)
    with pytest.raises(RuleErrors, match="最多 62 个"):
        Rulebook([staff, table(63)])


def test_a_faulty_pattern_is_refused() -> None:
    assert "不是正则表达式" in book(Fact("k", "code", pattern="("))


def test_a_puzzle_ends_in_unknown_rather_than_in_hours() -> None:
    """Pigeons: ten, each in one of nine holes, no two in one. No completion makes it true."""
    pigeons, holes = range(10), range(9)
    facts = [Fact(f"p{p}_{h}", "boolean") for p in pigeons for h in holes]
    housed = [" OR ".join(f"p{p}_{h}" for h in holes) for p in pigeons]
    alone = [
        " AND ".join(f"(NOT p{p}_{h} OR NOT p{q}_{h})" for q in pigeons for p in range(q))
        for h in holes
    ]
    criteria = [Criterion(f"c{i}", when=when) for i, when in enumerate([*housed, *alone])]
    made = Rulebook(facts, [Policy("P", criteria=criteria)])
    assert Judge(made).judge({})[0].verdict == "unknown"
