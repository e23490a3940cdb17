"""Why a policy says what it says of one subject: criterion by criterion, with the values used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from furong.engines.rules.book import Compiled, Rule, Rulebook
from furong.engines.rules.derivation import Complete
from furong.engines.rules.formula import atoms_of
from furong.engines.rules.single import Answer, Judge, Judgement, Wait, waits
from furong.engines.rules.values import Encoded, show_value
from furong.engines.rules.words import Language, in_words


@dataclass(frozen=True, slots=True)
class Used:
    """A fact that a criterion reads. `shown`: its value in words, 未知 where it is missing.

    possible: the values that remain open where a table leaves several. derived: it follows from
    other facts and was not stated.
    """

    key: str
    label: str
    shown: str
    known: bool
    derived: bool
    possible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion's answer and its grounds. `missing`: what would settle it, if it is unknown."""

    id: str
    label: str
    answer: Answer
    requirement: str
    clause: str
    proof: str
    note: str
    used: tuple[Used, ...]
    missing: tuple[str, ...]
    waits: tuple[Wait, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    judgement: Judgement
    lines: tuple[Line, ...]


def explain(
    judge: Judge,
    policy_id: str,
    facts: Mapping[str, Encoded | None],
    language: Language = "zh-Hans",
) -> Explanation:
    """Explain one policy for the subject with these stated facts. Raises KeyError: no such policy."""
    book = judge.book
    compiled = book.policy(policy_id)
    complete = book.complete(facts)
    judgement = judge.judge_one(compiled, complete)
    lines = tuple(
        _line(judge, compiled, rule, answer, complete, language)
        for rule, (_, answer) in zip(compiled.rules, judgement.criteria, strict=True)
    )
    return Explanation(judgement, lines)


def _line(
    judge: Judge,
    compiled: Compiled,
    rule: Rule,
    answer: Answer,
    complete: Complete,
    language: Language,
) -> Line:
    criterion = rule.criterion
    missing = judge.missing_of(rule, complete) if answer == "unknown" else ()
    requirement = (
        in_words(criterion.when, judge.book.facts, language)
        if criterion.when
        else criterion.attested or criterion.open or criterion.decides
    )
    return Line(
        criterion.id,
        criterion.label,
        answer,
        requirement,
        criterion.clause,
        criterion.proof,
        criterion.why,
        tuple(_used(judge.book, rule, complete)),
        missing,
        waits(compiled, missing),
    )


def _used(book: Rulebook, rule: Rule, complete: Complete) -> Iterator[Used]:
    names = dict.fromkeys(atom.leaf.fact for atom in atoms_of(rule.formula))
    for name in names:
        fact = book.facts.get(name)
        if fact is None:  # a human judgement: the line itself says what it waits for
            continue
        value = complete.known.get(name)
        possible: tuple[str, ...] = ()
        mask = complete.possible.get(name)
        if mask is not None:
            table = book.derivations.scopes[name].table
            keys = table.keys_in(mask)
            possible = tuple(show_value(fact, table.encoded(key)) for key in keys)
        derived = name in book.derivations.steps and (value is None or name in complete.derived)
        yield Used(
            name, fact.label or name, show_value(fact, value), value is not None, derived, possible
        )
