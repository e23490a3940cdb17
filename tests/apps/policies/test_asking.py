"""The questions whose answers would settle the most."""

from datetime import datetime

from furong.apps.policies.reads import questions, reach
from furong.apps.registry.actions import NewSubject, register_subjects, state_facts
from furong.packs import Pack


def test_a_question_counts_the_verdicts_that_it_settles(district: Pack, at: datetime) -> None:
    news = [NewSubject(kind="enterprise", name=f"虚构企业{n}") for n in range(5)]
    firms = register_subjects(news, by="test", at=at)
    for firm in firms[:2]:
        state_facts(firm, {"resumed": True}, source="sample", by="test", at=at)
    asked = {tuple(fact.key for fact in one.facts): one.settles for one in questions(at)}
    assert asked["resumed",] == reach("T03", at).unknown == 3
    state_facts(firms[2], {"resumed": False}, source="sample", by="test", at=at)
    asked = {tuple(fact.key for fact in one.facts): one.settles for one in questions(at)}
    assert asked["resumed",] == 2


def test_only_what_an_owner_can_answer_is_asked(district: Pack, at: datetime) -> None:
    register_subjects([NewSubject(kind="enterprise", name="虚构企业")], by="test", at=at)
    assert all(fact.ask for one in questions(at) for fact in one.facts)
    assert questions(at)
