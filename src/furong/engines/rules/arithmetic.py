"""From value expressions to nodes: names, types and scales are settled here.

Nothing is rounded before the end.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise

from furong.engines.rules import syntax, tree
from furong.engines.rules.lowering import TYPE_NAMES, find
from furong.engines.rules.model import NUMERIC, Benefit, Fact, Rounding, money_digits
from furong.engines.rules.nodes import (
    Const,
    Contains,
    Extreme,
    Floor,
    Node,
    Product,
    Ratio,
    Ref,
    Rounded,
    Steps,
    Sum,
)
from furong.engines.rules.problems import ExpressionError
from furong.engines.rules.values import decimal_of


def lower_value(value: tree.Value, facts: Mapping[str, Fact]) -> Node:
    """The node of a numeric value expression. Raises ExpressionError."""
    match value:
        case tree.Lit(literal, column):
            if not isinstance(literal, Decimal):
                raise ExpressionError("这里应是数", "算式里只有数和事实", column)
            return _const(literal)
        case tree.Name(name, column):
            fact = find(name, facts, column)
            if fact.type not in NUMERIC:
                raise ExpressionError(
                    f"{name} 是{TYPE_NAMES[fact.type]}，不能参与计算",
                    "日期用 days_between，名单用 contains",
                    column,
                )
            return Ref(name, fact.digits)
        case tree.Negate(inner, _):
            node = lower_value(inner, facts)
            return Sum(Const(0, node.digits), node, -1, node.digits)
        case tree.Binary("*", left, right, _):
            a, b = lower_value(left, facts), lower_value(right, facts)
            return Product(a, b, a.digits + b.digits)
        case tree.Binary(op, left, right, _):
            a, b = _aligned(lower_value(left, facts), lower_value(right, facts))
            return Sum(a, b, 1 if op == "+" else -1, a.digits)
        case tree.Call("min" | "max", args, _):
            nodes = _aligned(*(lower_value(arg, facts) for arg in args))
            return Extreme(value.function, nodes, nodes[0].digits)
        case tree.Call("days_between", args, column):
            return _days(args, facts, column)
        case tree.Call(function, _, column):
            raise ExpressionError(
                f"{function}() 不能与别的算式连用", "请单独声明为一个派生事实", column
            )
        case tree.Tier(x, steps, column):
            return _tier(x, steps, facts, column)


def lower_derivation(value: tree.Value, target: Fact, facts: Mapping[str, Fact]) -> Node:
    """The node that gives `target` its encoded value. Raises ExpressionError."""
    if isinstance(value, tree.Call) and value.function == "contains":
        return _contains(value, target, facts)
    if target.type not in NUMERIC:
        raise ExpressionError(
            f"{target.key} 是{TYPE_NAMES[target.type]}，算式给出的是数",
            "请改用 table，或把类型改为 integer、decimal、money",
        )
    if isinstance(value, tree.Call) and value.function == "ratio":
        if len(value.args) != 2:
            raise ExpressionError("ratio 有两个参数", "写成 ratio(a, b)", value.column)
        top, bottom = _aligned(*(lower_value(arg, facts) for arg in value.args))
        return Ratio(top, bottom, target.digits)
    return rounded(lower_value(value, facts), target.digits)


def lower_amount(benefit: Benefit, facts: Mapping[str, Fact]) -> Node | None:
    """The node that gives the amount in minor units: capped, floored, rounded once at the end.

    Raises ExpressionError, whose `part` is amount, cap, floor or to.
    """
    if not benefit.amount:
        return None
    node = _part(benefit, "amount", facts)
    if benefit.cap:
        both = _aligned(node, _part(benefit, "cap", facts))
        node = Extreme("min", both, both[0].digits)
    if benefit.floor:
        node, least = _aligned(node, _part(benefit, "floor", facts))
        node = Floor(node, least, node.digits)
    digits = money_digits(facts.values())
    smallest = Decimal(1).scaleb(-digits)
    multiple = decimal_of(benefit.to) if benefit.to else smallest
    unit = Decimal(0) if multiple is None else multiple / smallest
    if unit < 1 or unit % 1:
        error = ExpressionError(f"不能取整到 {benefit.to}", f"最小到 {smallest:f}，或者它的整数倍")
        error.part = "to"
        raise error
    return rounded(node, digits, benefit.rounding, int(unit))


def _part(benefit: Benefit, name: str, facts: Mapping[str, Fact]) -> Node:
    try:
        return lower_value(syntax.parse_value(getattr(benefit, name)), facts)
    except ExpressionError as error:
        error.part = name
        raise


def rounded(node: Node, digits: int, mode: Rounding = "half_up", unit: int = 1) -> Node:
    """`node` on the scale of `digits`, rounded to multiples of `unit`."""
    if node.digits < digits:
        node = _scaled(node, digits)
    divisor = 10 ** (node.digits - digits) * unit
    return node if divisor == 1 else Rounded(node, divisor, unit, mode, digits)


def _const(number: Decimal) -> Const:
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    digits = max(0, -exponent)
    return Const(int(number.scaleb(digits)), digits)


def _scaled(node: Node, digits: int) -> Node:
    if node.digits == digits:
        return node
    factor = 10 ** (digits - node.digits)
    if isinstance(node, Const):
        return Const(node.value * factor, digits)
    return Product(node, Const(factor, digits - node.digits), digits)


def _aligned(*nodes: Node) -> tuple[Node, ...]:
    digits = max(node.digits for node in nodes)
    return tuple(_scaled(node, digits) for node in nodes)


def _date(arg: tree.Value, facts: Mapping[str, Fact], column: int) -> Node:
    if isinstance(arg, tree.Lit) and isinstance(arg.value, date):
        return Const(arg.value.toordinal(), 0)
    if isinstance(arg, tree.Name) and find(arg.fact, facts, arg.column).type == "date":
        return Ref(arg.fact, 0)
    raise ExpressionError("days_between 的参数应是日期", "写成 days_between(从, 到)", column)


def _days(args: tuple[tree.Value, ...], facts: Mapping[str, Fact], column: int) -> Node:
    if len(args) != 2:
        raise ExpressionError("days_between 有两个参数", "写成 days_between(从, 到)", column)
    start, end = (_date(arg, facts, column) for arg in args)
    return Sum(end, start, -1, 0)


def _tier(
    x: tree.Value,
    steps: tuple[tuple[tree.Lit, tree.Value], ...],
    facts: Mapping[str, Fact],
    column: int,
) -> Node:
    bounds_ = [_const(step.value) for step, _ in steps if isinstance(step.value, Decimal)]
    if len(bounds_) != len(steps):
        raise ExpressionError("tier 的界应是数", "写成 tier(x, 界: 值, 界: 值)", column)
    by, *levels = _aligned(lower_value(x, facts), *bounds_)
    cuts = [level.value for level in levels if isinstance(level, Const)]
    if any(low >= high for low, high in pairwise(cuts)):
        raise ExpressionError("tier 的界没有从小到大", "请按从小到大排列", column)
    values = _aligned(*(lower_value(value, facts) for _, value in steps))
    return Steps(by, tuple(cuts), values, values[0].digits)


def _contains(call: tree.Call, target: Fact, facts: Mapping[str, Fact]) -> Node:
    if target.type != "boolean":
        raise ExpressionError(
            f"contains 给出“是否”，{target.key} 却是{TYPE_NAMES[target.type]}",
            "请把类型改为 boolean",
        )
    match call.args:
        case (tree.Name(name, column), tree.Lit(str(member), place)):
            fact = find(name, facts, column)
            if fact.type != "set":
                raise ExpressionError(f"{name} 不是多选", "contains 只用于多选的事实", column)
            if member not in fact.values:
                raise ExpressionError(f"{name} 没有值 '{member}'", "", place)
            return Contains(name, member)
    raise ExpressionError("contains 的参数不对", "写成 contains(名单, '值')", call.column)
