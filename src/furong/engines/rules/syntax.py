"""From the text of an expression to a tree (docs/reference/expressions.md is the grammar).

The parser knows no facts: names and types are settled in `lowering`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NoReturn

from furong.engines.rules.problems import ExpressionError, nearest
from furong.engines.rules.spans import HIDDEN
from furong.engines.rules.tree import (
    All,
    Between,
    Binary,
    Call,
    Compare,
    Condition,
    In,
    Lit,
    Name,
    Negate,
    Not,
    Prefix,
    Some,
    Tier,
    Truth,
    Value,
)

MAX_LENGTH = 4_000
MAX_DEPTH = 40
MAX_TOKENS = 1_500
MAX_OPERATIONS = 60  # of one value expression: what is compiled from it nests as deep

KEYWORDS = frozenset({"AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "ANY", "DATE", "TRUE", "FALSE"})
FUNCTIONS = frozenset({"min", "max", "tier", "ratio", "days_between", "contains"})
RESERVED = KEYWORDS | {"NULL", "IS", "SELECT", "FROM", "WHERE", "UNION", "CASE", "WHEN", "CAST"}
COMPARISONS = ("<=", ">=", "<>", "=", "<", ">")

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?(?:万|亿)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<text>'(?:[^']|'')*')
      | (?P<op><=|>=|<>|-(?!-)|[=<>(),+*:])""",
    re.VERBOSE,
)
_NUMERAL = re.compile(r"([0-9]{1,15})(\.[0-9]{1,6})?(万|亿)?")
_UNIT = {"万": Decimal(10_000), "亿": Decimal(100_000_000), None: Decimal(1)}
_STRANGERS = {
    "/": ("没有除法", "比率请声明为派生事实：ratio(a, b)"),
    ";": ("一条条件只能是一个表达式", "请删去分号，多个条件用 AND 或 OR 连接"),
    "--": ("表达式里不能有注释", "请把说明写在 label 或 why 里"),
    "/*": ("表达式里不能有注释", "请把说明写在 label 或 why 里"),
    "!=": ("不认识 !=", "不等于请写 <>"),
    '"': ("文字要用单引号", "请写 'small'"),
    "'": ("单引号没有成对", "请补上收尾的单引号；文字里的单引号写两个"),
    "%": ("这里不能用 %", "百分数请写成小数，如 5.5% 写 0.055"),
}
_FULL_WIDTH = str.maketrans("（），：；＜＞＝“”‘’＋－＊", "(),:;<>=\"\"''+-*")


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # number, word, text, op, end
    text: str
    column: int

    @property
    def keyword(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


def parse_condition(source: str) -> Condition:
    """The tree of a condition. Raises ExpressionError with the column of the fault."""
    parser = _Parser(source)
    return parser.whole(parser.either)


def parse_value(source: str) -> Value:
    """The tree of a value expression. Raises ExpressionError."""
    parser = _Parser(source)
    return parser.whole(parser.total)


def _tokens(source: str) -> Iterator[Token]:
    place = 0
    while place < len(source):
        found = _TOKEN.match(source, place)
        if found is None:
            raise _stranger(source, place)
        if found.lastgroup == "text" and HIDDEN.search(found.group()):
            raise ExpressionError("文字里有看不见的控制字符", "请删去后重新输入", place + 1)
        if found.lastgroup != "space":
            yield Token(str(found.lastgroup), found.group(), place + 1)
        place = found.end()
    yield Token("end", "", len(source) + 1)


def _stranger(source: str, place: int) -> ExpressionError:
    two, one = source[place : place + 2], source[place]
    for start in (two, one):
        if start in _STRANGERS:
            message, remedy = _STRANGERS[start]
            return ExpressionError(message, remedy, place + 1)
    half = one.translate(_FULL_WIDTH)
    if half != one:
        return ExpressionError(f"{one} 是全角符号", f"请用半角的 {half}", place + 1)
    if one in "≤≥≠":
        plain = {"≤": "<=", "≥": ">=", "≠": "<>"}[one]
        return ExpressionError(f"不认识 {one}", f"请写 {plain}", place + 1)
    return ExpressionError(f"不认识的符号 {one!r}", "", place + 1)


class _Parser:
    def __init__(self, source: str) -> None:
        if len(source) > MAX_LENGTH:
            raise ExpressionError(
                f"表达式有 {len(source)} 个字符，最多 {MAX_LENGTH} 个",
                "请拆成几条条件，或声明派生事实",
            )
        self.tokens = list(_tokens(source))
        if len(self.tokens) > MAX_TOKENS:
            raise ExpressionError(
                f"表达式过长，最多 {MAX_TOKENS} 个词", "请拆成几条条件，或声明派生事实"
            )
        self.place = 0
        self.depth = 0
        self.operations = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.next
        self.place += 1
        return token

    def skip(self, text: str) -> bool:
        """Take the next token if it is this operator or keyword."""
        token = self.next
        if (token.kind == "op" and token.text == text) or token.keyword == text:
            self.place += 1
            return True
        return False

    def expect(self, text: str, why: str = "") -> None:
        if not self.skip(text):
            self.fail(f"这里应是 {text}", why)

    def fail(self, message: str, remedy: str = "") -> NoReturn:
        token = self.next
        seen = f"，却是 {token.text}" if token.kind != "end" else "，却到了末尾"
        raise ExpressionError(message + seen, remedy, token.column)

    def whole[T](self, rule: Callable[[], T]) -> T:
        if self.next.kind == "end":
            raise ExpressionError("表达式是空的", "请写条件，如 staff <= 50", 1)
        tree = rule()
        token = self.next
        if token.kind != "end":
            if token.keyword in {"IS", "NULL"}:
                self.null(token)
            raise ExpressionError(
                f"{token.text} 多出来了", "请检查括号，或用 AND、OR 连接", token.column
            )
        return tree

    def deeper[T](self, rule: Callable[[], T]) -> T:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(
                f"嵌套超过 {MAX_DEPTH} 层", "请拆成几条条件，或声明派生事实", self.next.column
            )
        tree = rule()
        self.depth -= 1
        return tree

    # Conditions, loosest first.

    def either(self) -> Condition:
        parts = [self.both()]
        while self.skip("OR"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def both(self) -> Condition:
        parts = [self.negation()]
        while self.skip("AND"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def negation(self) -> Condition:
        if self.skip("NOT"):
            return Not(self.deeper(self.negation))
        if self.skip("("):
            inner = self.deeper(self.either)
            self.expect(")", "括号没有成对")
            return inner
        return self.predicate()

    def predicate(self) -> Condition:
        token = self.take()
        if token.kind != "word" or token.keyword in RESERVED:
            self.place -= 1
            if token.keyword in {"NULL", "IS"}:
                self.null(token)
            if token.keyword in RESERVED and token.keyword not in KEYWORDS:
                raise ExpressionError(
                    f"条件里不能用 {token.text}", "条件只比较事实与值", token.column
                )
            self.fail("这里应是事实的名称", "条件写成：事实 比较符 值，如 staff <= 50")
        if self.next.text == "(":
            raise ExpressionError(
                f"条件里不能调用 {token.text}()",
                "请把算出来的值声明为派生事实（derive）",
                token.column,
            )
        fact, column = token.text, token.column
        for op in COMPARISONS:
            if self.skip(op):
                return Compare(fact, op, self.literal(), column)
        if self.next.kind == "op" and self.next.text in "+-*":
            self.fail("条件里不能算术", "请把算出来的值声明为派生事实（derive）")
        negated = self.skip("NOT")
        test = self.test(fact, column)
        if test is None:
            if negated:
                self.fail("NOT 之后应是 IN、BETWEEN 或 LIKE")
            if self.next.keyword in {"IS", "NULL"}:
                self.null(self.next)
            return Truth(fact, column)
        return Not(test) if negated else test

    def test(self, fact: str, column: int) -> Condition | None:
        if self.skip("BETWEEN"):
            low = self.literal()
            self.expect("AND", "写成 BETWEEN 低 AND 高")
            return Between(fact, low, self.literal(), column)
        if self.skip("IN"):
            return In(fact, self.listed(self.literal), column)
        if self.skip("LIKE"):
            prefixes = self.listed(self.prefix) if self.skip("ANY") else (self.prefix(),)
            return Prefix(fact, prefixes, column)
        return None

    def listed[T](self, item: Callable[[], T]) -> tuple[T, ...]:
        self.expect("(", "值的清单写在括号里")
        items = [item()]
        while self.skip(","):
            items.append(item())
        self.expect(")", "值之间用逗号，末尾用括号")
        return tuple(items)

    def prefix(self) -> str:
        token = self.take()
        if token.kind != "text":
            self.place -= 1
            self.fail("LIKE 之后应是文字", "如 industry LIKE 'I65%'")
        text = _unquote(token.text)
        start = text[:-1]
        if not text.endswith("%") or not start or re.search(r"[%_\\]", start):
            raise ExpressionError(
                f"{token.text} 不是开头匹配",
                "只能写开头加一个 %，如 'I65%'；不能用 _ 和 \\",
                token.column,
            )
        return start

    def literal(self) -> Lit:
        token = self.take()
        if token.kind == "number":
            return Lit(_numeral(token), token.column)
        if token.text == "-" and self.next.kind == "number":
            return Lit(-_numeral(self.take()), token.column)
        if token.kind == "text":
            return Lit(_unquote(token.text), token.column)
        if token.keyword in {"TRUE", "FALSE"}:
            return Lit(token.keyword == "TRUE", token.column)
        if token.keyword == "DATE":
            return self.day(token)
        self.place -= 1
        if token.keyword == "NULL":
            self.null(token)
        if token.kind == "word":
            raise ExpressionError(
                f"这里应是一个值，却是 {token.text}",
                f"文字要加单引号：'{token.text}'；事实之间不能相互比较，请声明派生事实",
                token.column,
            )
        self.fail("这里应是一个值")

    def day(self, token: Token) -> Lit:
        text = self.take()
        if text.kind != "text" or not re.fullmatch(r"'[0-9]{4}-[0-9]{2}-[0-9]{2}'", text.text):
            raise ExpressionError("DATE 之后应是日期", "写成 DATE '2020-02-24'", text.column)
        try:
            return Lit(date.fromisoformat(_unquote(text.text)), token.column)
        except ValueError as error:
            raise ExpressionError(
                f"没有 {_unquote(text.text)} 这一天", "请核对文件原文", text.column
            ) from error

    def null(self, token: Token) -> NoReturn:
        raise ExpressionError(
            "不能用 NULL", "缺失的事实本来就是“未知”，无需也无法用条件去问", token.column
        )

    # Values.

    def total(self) -> Value:
        left = self.product()
        while self.next.text in {"+", "-"} and self.next.kind == "op":
            token = self.operator()
            left = Binary(token.text, left, self.product(), token.column)
        return left

    def product(self) -> Value:
        left = self.factor()
        while self.next.kind == "op" and self.next.text == "*":
            token = self.operator()
            left = Binary("*", left, self.factor(), token.column)
        return left

    def operator(self) -> Token:
        self.operations += 1
        if self.operations > MAX_OPERATIONS:
            raise ExpressionError(
                f"运算超过 {MAX_OPERATIONS} 次", "请声明派生事实，分几步计算", self.next.column
            )
        return self.take()

    def factor(self) -> Value:
        token = self.take()
        if token.kind == "number":
            return Lit(_numeral(token), token.column)
        if token.kind == "text":
            return Lit(_unquote(token.text), token.column)
        if token.keyword == "DATE":
            return self.day(token)
        if token.text == "-":
            return Negate(self.deeper(self.factor), token.column)
        if token.text == "(":
            inner = self.deeper(self.total)
            self.expect(")", "括号没有成对")
            return inner
        if token.kind == "word" and self.next.text == "(":
            return self.deeper(lambda: self.call(token))
        if token.kind == "word" and token.keyword not in RESERVED:
            return Name(token.text, token.column)
        self.place -= 1
        if token.keyword == "NULL":
            self.null(token)
        self.fail("这里应是数、事实或括号")

    def call(self, token: Token) -> Value:
        if token.text not in FUNCTIONS:
            raise ExpressionError(
                f"没有函数 {token.text}",
                nearest(token.text, FUNCTIONS) or f"可用的函数：{'、'.join(sorted(FUNCTIONS))}",
                token.column,
            )
        self.expect("(")
        first = self.total()
        if token.text == "tier":
            return self.tier(first, token)
        args = [first]
        while self.skip(","):
            args.append(self.total())
        self.expect(")", "参数之间用逗号")
        return Call(token.text, tuple(args), token.column)

    def tier(self, x: Value, token: Token) -> Value:
        steps = []
        while self.skip(","):
            bound = self.literal()
            self.expect(":", "tier 写成 tier(x, 界: 值, 界: 值)")
            steps.append((bound, self.total()))
        self.expect(")", "tier 写成 tier(x, 界: 值, 界: 值)")
        if not steps:
            raise ExpressionError("tier 没有档", "写成 tier(x, 界: 值, 界: 值)", token.column)
        return Tier(x, tuple(steps), token.column)


def _unquote(text: str) -> str:
    return text[1:-1].replace("''", "'")


def _numeral(token: Token) -> Decimal:
    found = _NUMERAL.fullmatch(token.text)
    if found is None:
        raise ExpressionError(
            f"数 {token.text[:24]} 太长", "小数点前最多 15 位，后最多 6 位", token.column
        )
    whole, fraction, unit = found.groups()
    return Decimal(whole + (fraction or "")) * _UNIT[unit]
