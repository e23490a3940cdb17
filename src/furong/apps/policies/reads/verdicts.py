"""What the policies say of one subject."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from furong.apps.policies.reads.library import Edition, Text, day_of, edition, whole_library
from furong.apps.registry.models import Subject, SubjectFacts
from furong.apps.registry.reads import encoded, encoded_facts, with_kind
from furong.engines.rules import Judgement, Rulebook
from furong.engines.rules.explain import Explanation, explain
from furong.engines.rules.settle import Claim, settle

type Standing = Literal["eligible", "unknown", "decides", "ineligible"]
"""A verdict as people are told it: `decides` is an unknown that only a department can settle."""

STANDINGS: tuple[Standing, ...] = ("eligible", "unknown", "decides", "ineligible")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One policy's verdict on a subject, with every criterion. Amounts are in minor units (fen)."""

    text: Text
    explanation: Explanation

    @property
    def judgement(self) -> Judgement:
        return self.explanation.judgement

    @property
    def standing(self) -> Standing:
        return standing_of(self.judgement)


def verdicts_of(subject: Subject, at: datetime) -> list[Judgement]:
    """What the policies say of a subject as of a moment, by what is known of it now.

    Policies that are not in force, are for other kinds of subject, or are of other places and here
    only to compare with, say nothing.
    """
    current = edition(at)
    day = day_of(at, current.known)
    concerned = {text.policy.id for text in concerning(subject.kind, current, day)}
    judged = current.judge.judge(encoded_facts(subject))
    return [judgement for judgement in judged if judgement.policy in concerned]


def explained(subject: Subject, at: datetime) -> dict[Standing, list[Verdict]]:
    """`verdicts_of` with every criterion's grounds, grouped by standing."""
    current, facts = edition(at), encoded_facts(subject)
    grouped: dict[Standing, list[Verdict]] = {standing: [] for standing in STANDINGS}
    for text in concerning(subject.kind, current, day_of(at, current.known)):
        verdict = Verdict(text, explain(current.judge, text.policy.id, facts))
        grouped[verdict.standing].append(verdict)
    return grouped


def judgement_of(subject: Subject, policy: str, at: datetime) -> Judgement:
    """What one policy says of a subject, in force or not. Raises KeyError: no such policy."""
    return judgements_of([subject], policy, at)[0]


def judgements_of(subjects: Iterable[Subject], policy: str, at: datetime) -> list[Judgement]:
    """What one policy says of each of a page of subjects, in their order."""
    rows, current = [*subjects], edition(at)
    held = SubjectFacts.objects.in_bulk([row.pk for row in rows])
    compiled = current.book.policy(policy)
    judged = []
    for row in rows:
        values = encoded(current.known, held[row.pk].facts)
        facts = with_kind(current.known, row.kind, values)
        complete = current.book.derivations.complete(facts)
        judged.append(current.judge.judge_one(compiled, complete))
    return judged


def standing_of(judgement: Judgement) -> Standing:
    """The verdict as people are told it.

    It is for a department to decide where neither a fact nor a document is missing but a decision.
    """
    waits = set(judgement.waits)
    if judgement.verdict == "unknown" and "decision" in waits and not waits & {"facts", "document"}:
        return "decides"
    return judgement.verdict


def label_of(key: str, book: Rulebook) -> str:
    """What is missing, in words: a fact's label, or that of the criterion POLICY.criterion."""
    if fact := book.facts.get(key) or book.judgements.get(key):
        return fact.label or key
    policy, criterion = key.split(".", 1)
    labels = {rule.criterion.id: rule.criterion.label for rule in book.policy(policy).rules}
    return labels[criterion] or key


def settled(judgements: Iterable[Judgement]) -> list[int]:
    """The sums (fen) that a subject is certain to get, one for each policy that pays it.

    Of policies that exclude each other the highest alone (就高不重复).
    """
    groups = whole_library().groups
    claims = [
        Claim("", one.policy, one.verdict, one.amount, group=groups[one.policy, one.version])
        for one in judgements
    ]
    return [award.granted for award in settle(claims) if award.granted]


def concerning(kind: str, current: Edition, day: date) -> list[Text]:
    """The policies of this place for a kind of subject that are in force on a day."""
    texts = (current.texts[code] for code in current.of_kind(kind))
    return [text for text in texts if text.applies_on(day) and not text.reference]
