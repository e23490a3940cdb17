"""From syntax trees to formulas: names, types and domains are settled here."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from math import ceil, floor

from furong.engines.rules import tree
from furong.engines.rules.formula import Formula, Leaf, atom, conjunction, disjunction, negation
from furong.engines.rules.model import ORDERED, Fact
from furong.engines.rules.problems import ExpressionError, nearest
from furong.engines.rules.spans import BOTTOM, NOTHING, TOP, Spans, point, starting_with
from furong.engines.rules.values import domain, key_of

TYPE_NAMES = {
    "boolean": "是否",
    "integer": "整数",
    "decimal": "小数",
    "money": "金额",
    "date": "日期",
    "choice": "单选",
    "code": "代码",
    "set": "多选",
}


def leaf_of(fact: Fact, member: str = "") -> Leaf:
    return Leaf(fact.key, domain(fact), member)


def lower(condition: tree.Condition, facts: Mapping[str, Fact]) -> Formula:
    """The formula of a condition over `facts`. Raises ExpressionError."""
    match condition:
        case tree.All(parts):
            return conjunction([lower(part, facts) for part in parts])
        case tree.Some(parts):
            return disjunction([lower(part, facts) for part in parts])
        case tree.Not(inner):
            return negation(lower(inner, facts))
        case tree.Truth(name, column):
            fact = find(name, facts, column)
            if fact.type != "boolean":
                raise ExpressionError(
                    f"{name} 是{TYPE_NAMES[fact.type]}，不能单独作条件",
                    f"请写 {name} 与一个值的比较",
                    column,
                )
            return atom(leaf_of(fact), point(1))
        case tree.Compare():
            return _comparison(condition, find(condition.fact, facts, condition.column))
        case tree.Between(name, low, high, column):
            return _between(find(name, facts, column), low, high, column)
        case tree.In(name, literals, column):
            return _membership(find(name, facts, column), literals)
        case tree.Prefix(name, prefixes, column):
            fact = find(name, facts, column)
            if fact.type != "code":
                raise ExpressionError(
                    f"{name} 是{TYPE_NAMES[fact.type]}，不能用 LIKE", "LIKE 只用于代码", column
                )
            spans = NOTHING
            for prefix in prefixes:
                spans |= starting_with(prefix)
            return atom(leaf_of(fact), spans)


def find(name: str, facts: Mapping[str, Fact], column: int) -> Fact:
    if name in facts:
        return facts[name]
    raise ExpressionError(
        f"没有事实 {name}", nearest(name, facts) or "请先在 facts/ 里声明，或核对名称", column
    )


def _comparison(compare: tree.Compare, fact: Fact) -> Formula:
    if fact.type == "set":
        raise ExpressionError(
            f"{fact.key} 是多选，不能用 {compare.op}", f"请写 {fact.key} IN ('…')", compare.column
        )
    if compare.op in {"=", "<>"}:
        spans = _exactly(fact, compare.literal)
        return atom(leaf_of(fact), spans if compare.op == "=" else ~spans)
    _need_order(fact, compare.op, compare.column)
    scaled = _scaled(fact, compare.literal)
    match compare.op:
        case "<":
            spans = Spans([(BOTTOM, ceil(scaled))])
        case "<=":
            spans = Spans([(BOTTOM, floor(scaled) + 1)])
        case ">":
            spans = Spans([(floor(scaled) + 1, TOP)])
        case _:
            spans = Spans([(ceil(scaled), TOP)])
    return atom(leaf_of(fact), spans)


def _between(fact: Fact, low: tree.Lit, high: tree.Lit, column: int) -> Formula:
    _need_order(fact, "BETWEEN", column)
    start, end = _scaled(fact, low), _scaled(fact, high)
    if start > end:
        raise ExpressionError(
            f"BETWEEN 的两端写反了：{_show(low)} 大于 {_show(high)}", "请把小的写在前面", low.column
        )
    return atom(leaf_of(fact), Spans([(ceil(start), floor(end) + 1)]))


def _membership(fact: Fact, literals: tuple[tree.Lit, ...]) -> Formula:
    if fact.type == "set":
        members = [_choice(fact, literal) for literal in literals]
        return disjunction([atom(leaf_of(fact, member), point(1)) for member in members])
    spans = NOTHING
    for literal in literals:
        spans |= _exactly(fact, literal)
    return atom(leaf_of(fact), spans)


def _exactly(fact: Fact, literal: tree.Lit) -> Spans:
    """The set of just this value."""
    match fact.type:
        case "choice":
            return point(key_of(fact, _choice(fact, literal)))
        case "code":
            return point(_typed(fact, literal, str, "带单引号的代码"))
        case "boolean":
            return point(int(_typed(fact, literal, bool, "TRUE 或 FALSE")))
        case _:
            scaled = _scaled(fact, literal)
            if scaled != int(scaled):
                raise ExpressionError(
                    f"{fact.key} 没有这么多位小数，不会等于 {_show(literal)}",
                    "请核对单位与小数位",
                    literal.column,
                )
            return point(int(scaled))


def _choice(fact: Fact, literal: tree.Lit) -> str:
    code = _typed(fact, literal, str, "带单引号的值")
    if code not in fact.values:
        shown = "、".join(list(fact.values)[:12])
        raise ExpressionError(
            f"{fact.key} 没有值 '{code}'",
            nearest(code, fact.values) or f"可用的值：{shown}",
            literal.column,
        )
    return code


def _scaled(fact: Fact, literal: tree.Lit) -> Decimal:
    """The literal on the scale of the fact's encoded integers."""
    if fact.type == "date":
        return Decimal(_typed(fact, literal, date, "DATE '2020-02-24'").toordinal())
    return _typed(fact, literal, Decimal, "数").scaleb(fact.digits)


def _typed[T](fact: Fact, literal: tree.Lit, kind: type[T], wanted: str) -> T:
    if not isinstance(literal.value, kind):
        raise ExpressionError(
            f"{fact.key} 是{TYPE_NAMES[fact.type]}，不能与 {_show(literal)} 比较",
            f"这里应写{wanted}",
            literal.column,
        )
    return literal.value


def _need_order(fact: Fact, op: str, column: int) -> None:
    if fact.type not in ORDERED:
        raise ExpressionError(
            f"{fact.key} 是{TYPE_NAMES[fact.type]}，不能用 {op} 比大小",
            "请用 =、IN 或 LIKE",
            column,
        )


def _show(literal: tree.Lit) -> str:
    value = literal.value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        return f"'{value}'"
    return value.isoformat() if isinstance(value, date) else f"{value:f}"
