"""The rules engine: criteria as expressions; true, false or unknown; one subject or a million.

Pure Python and NumPy: no Django, no database. A `Rulebook` is made of `Fact`s and `Policy`s; a
`Judge` applies it to one subject with every criterion's answer, a `Sweep` to all subjects at once.
docs/reference/expressions.md is the language.
"""

from furong.engines.rules.book import Compiled, Rule, Rulebook
from furong.engines.rules.model import Benefit, Budget, Criterion, Fact, Policy, TableRow
from furong.engines.rules.problems import ExpressionError, Problem, RuleErrors, ValueProblem
from furong.engines.rules.single import Judge, Judgement
from furong.engines.rules.values import plain, read_value, show_money, show_value

__all__ = [
    "Benefit",
    "Budget",
    "Compiled",
    "Criterion",
    "ExpressionError",
    "Fact",
    "Judge",
    "Judgement",
    "Policy",
    "Problem",
    "Rule",
    "RuleErrors",
    "Rulebook",
    "TableRow",
    "ValueProblem",
    "plain",
    "read_value",
    "show_money",
    "show_value",
]
