"""A condition in words, for people who do not read expressions."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from furong.engines.rules import syntax, tree
from furong.engines.rules.model import Fact
from furong.engines.rules.values import read_value, show_number, show_value

type Language = Literal["zh-Hans", "en"]

_NUMBER = {
    "zh-Hans": {
        "<": "少于",
        "<=": "不超过",
        ">": "超过",
        ">=": "不少于",
        "=": "等于",
        "<>": "不等于",
    },
    "en": {
        "<": "below",
        "<=": "at most",
        ">": "above",
        ">=": "at least",
        "=": "is",
        "<>": "is not",
    },
}
_DATE = {
    "zh-Hans": {"<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于", "=": "为", "<>": "不为"},
    "en": {"<": "before", "<=": "by", ">": "after", ">=": "from", "=": "on", "<>": "not on"},
}
_WORDS = {
    "zh-Hans": {
        "and": "，且",
        "or": "，或",
        "not": "不属于以下情形：",
        "is": "为",
        "is not": "不为",
        "one of": "为",
        "in list": "列入",
        "between": "在 {0} 至 {1} 之间",
        "starts": "以 {0} 开头",
        "starts not": "不以 {0} 开头",
        "none of": "不属于",
        "not in list": "未列入",
        "join": "或",
        "group": "（{0}）",
    },
    "en": {
        "and": " and ",
        "or": " or ",
        "not": "not ",
        "is": "is",
        "is not": "is not",
        "one of": "is",
        "in list": "lists",
        "between": "from {0} to {1}",
        "starts": "starts with {0}",
        "starts not": "does not start with {0}",
        "none of": "is not",
        "not in list": "does not list",
        "join": " or ",
        "group": "({0})",
    },
}


def in_words(source: str, facts: Mapping[str, Fact], language: Language = "zh-Hans") -> str:
    """`staff <= 50 AND insured` → 期末从业人员不超过 50 人，且已参加社会保险.

    The expression must be one that the rulebook has accepted.
    """
    return _Teller(facts, language).tell(syntax.parse_condition(source))


def _denied(label: str) -> str:
    """The opposite of a Chinese label: 已参加社会保险 → 未参加社会保险, 僵尸企业 → 不是僵尸企业."""
    if label.startswith("已"):
        return f"未{label[1:]}"
    if label.startswith("有"):
        return f"没{label}"
    if label.startswith(("仅", "不", "无", "因")):
        return f"并非{label}"
    if label.endswith(("企业", "户", "对象")):
        return f"不是{label}"
    return f"未{label}"


class _Teller:
    def __init__(self, facts: Mapping[str, Fact], language: Language) -> None:
        self.facts, self.words = facts, _WORDS[language]
        self.numbers, self.dates = _NUMBER[language], _DATE[language]
        self.space = " " if language == "en" else ""

    def tell(self, condition: tree.Condition, *, inside: bool = False) -> str:
        match condition:
            case tree.All(parts) | tree.Some(parts):
                joint = self.words["and" if isinstance(condition, tree.All) else "or"]
                told = joint.join(self.tell(part, inside=True) for part in parts)
                return self.words["group"].format(told) if inside else told
            case tree.Not(inner):
                return self.deny(inner)
            case tree.Truth(name):
                return self.label(name)
            case tree.Compare(name, op, literal):
                return self.phrase(name, self.verb(self.facts[name], op), self.value(name, literal))
            case tree.Between(name, low, high):
                limits = self.words["between"].format(self.value(name, low), self.value(name, high))
                return f"{self.label(name)}{self.space}{limits}"
            case tree.In(name, literals):
                kind = "in list" if self.facts[name].type == "set" else "one of"
                return self.phrase(name, self.words[kind], self.values(name, literals))
            case tree.Prefix(name, prefixes):
                return self.prefix(name, self.words["starts"], prefixes)

    def deny(self, condition: tree.Condition) -> str:
        """A negation as one would say it: 不以 42 开头 rather than 不属于以下情形：以 42 开头."""
        match condition:
            case tree.Truth(name):
                return _denied(self.label(name)) if not self.space else f"not: {self.label(name)}"
            case tree.In(name, literals):
                kind = "not in list" if self.facts[name].type == "set" else "none of"
                return self.phrase(name, self.words[kind], self.values(name, literals))
            case tree.Prefix(name, prefixes):
                return self.prefix(name, self.words["starts not"], prefixes)
            case _:
                return self.words["not"] + self.tell(condition, inside=True)

    def prefix(self, name: str, verb: str, prefixes: Sequence[str]) -> str:
        told = verb.format(self.words["join"].join(prefixes))
        return f"{self.label(name)}{self.space}{told}"

    def values(self, name: str, literals: Sequence[tree.Lit]) -> str:
        return self.words["join"].join(self.value(name, literal) for literal in literals)

    def phrase(self, name: str, verb: str, value: str) -> str:
        gap = self.space or (" " if value[:1].isdigit() else "")
        return f"{self.label(name)}{self.space}{verb}{gap}{value}"

    def label(self, name: str) -> str:
        return self.facts[name].label or name

    def verb(self, fact: Fact, op: str) -> str:
        if fact.type == "date":
            return self.dates[op]
        if fact.type in {"choice", "code", "boolean"}:
            return self.words["is" if op == "=" else "is not"]
        return self.numbers[op]

    def value(self, name: str, literal: tree.Lit) -> str:
        fact, value = self.facts[name], literal.value
        if isinstance(value, Decimal):
            return show_number(value, fact)
        if isinstance(value, date):
            return show_value(fact, value.toordinal())
        if fact.type == "set":
            return fact.values.get(str(value), str(value))
        encoded = read_value(fact, value)
        assert encoded is not None
        assert not isinstance(encoded, frozenset)
        return show_value(fact, encoded)
