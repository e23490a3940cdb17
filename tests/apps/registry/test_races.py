"""Several at once: one effect each, and no change that a reader of the series can miss."""

from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.directory.actions import revoke
from furong.apps.directory.models import Grant
from furong.apps.registry import importing
from furong.apps.registry.actions import (
    NewSubject,
    contest,
    merge,
    register_subject,
    register_subjects,
    relate,
    settle,
    state_facts,
)
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import (
    Dispute,
    FactEntry,
    ImportBatch,
    Relation,
    Subject,
    SubjectFacts,
)
from tests.apps.base.together import together
from tests.apps.cast import EAST, EAST_CODE, SAMPLE, firm, install_pack, person
from tests.apps.registry.test_importing import HEAD, take, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def installed(settings: Settings, at: datetime) -> None:
    settings.FURONG_PACK = str(SAMPLE)
    install_pack(SAMPLE, at=at)


def test_one_code_is_given_once(at: datetime) -> None:
    new = NewSubject(kind="enterprise", name="甲", identifiers={"uscc": EAST_CODE})
    outcomes = together(8, lambda _n: register_subject(new, by="test", at=at))
    assert sum(isinstance(one, Subject) for one in outcomes) == 1
    assert all(isinstance(one, Subject | Refusal) for one in outcomes)
    assert Subject.objects.count() == 1


def test_public_numbers_have_no_gaps_and_no_doubles(at: datetime) -> None:
    news = [NewSubject(kind="enterprise", name=f"{n}") for n in range(8)]
    together(8, lambda n: register_subject(news[n], by="t", at=at))
    numbers = sorted(map(int, Subject.objects.values_list("number", flat=True)))
    assert numbers == list(range(10_000_001, 10_000_009))


def test_nothing_stated_of_one_subject_is_lost(at: datetime) -> None:
    news = [NewSubject(kind="enterprise", name=name) for name in ("甲", "乙")]
    subjects = register_subjects(news, by="test", at=at)

    def state(number: int) -> None:
        for subject in subjects if number % 2 else reversed(subjects):
            state_facts(subject, {"staff": number}, source="owner", by="test", at=at)

    assert together(8, state) == [None] * 8
    for subject in subjects:
        entries = FactEntry.objects.filter(subject=subject).order_by("sequence")
        assert entries.count() == 8
        known = SubjectFacts.objects.get(subject=subject).facts
        assert known == catalogue().projector.fold(entries)


def test_a_relation_said_at_once_stands_once(at: datetime) -> None:
    news = [NewSubject(kind="enterprise", name=name) for name in ("甲", "乙")]
    one, other = register_subjects(news, by="test", at=at)

    def say(number: int) -> Relation:
        if number % 2:  # the other way round as well, so that locks could cross
            return relate(other, "branch_of", one, by="test", at=at)
        return relate(one, "branch_of", other, by="test", at=at)

    assert all(isinstance(said, Relation) for said in together(8, say))
    assert Relation.objects.count() == Entry.objects.filter(verb="subject.relate").count() == 2


@pytest.mark.parametrize("_round", range(4))
def test_merging_while_facts_are_stated_loses_none_and_never_locks_up(
    _round: int, at: datetime
) -> None:
    news = [NewSubject(kind="enterprise", name=f"{n}") for n in range(4)]
    one, *others = register_subjects(news, by="test", at=at)

    def act(number: int) -> Any:
        if number < 3:
            return merge(others[number], into=one, reason="同一企业", by="test", at=at)
        about = others[number % 3] if number % 2 else one
        return state_facts(about, {"staff": number}, source="owner", by="test", at=at)

    for outcome in together(8, act):
        if isinstance(outcome, Exception):
            assert isinstance(outcome, Refusal), outcome
            assert "已并入" in str(outcome)
    assert one.merged.count() == 3
    left = SubjectFacts.objects.filter(subject__in=others).values_list("facts", flat=True)
    kept = SubjectFacts.objects.get(subject=one).facts
    assert not any(facts.keys() - kept.keys() for facts in left)


def test_two_imports_at_once_enter_each_firm_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 5)
    clerk = person("tj", "统计员", "statistics", at=at)
    files = [tmp_path / f"{n}.xlsx" for n in range(2)]
    rows = [[f"公司{n}", None, None, None, n] for n in range(15)]
    write(files[0], rows, HEAD)
    write(files[1], rows[::-1], HEAD)
    outcomes = together(4, lambda n: take(files[n % 2], clerk, at))
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert Subject.objects.count() == FactEntry.objects.count() == 15
    assert ImportBatch.objects.count() == Entry.objects.filter(verb="subject.import").count() == 2


def test_importing_and_stating_of_the_same_firms_never_lock_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 4)
    clerk = person("tj", "统计员", "statistics", at=at)
    news = [NewSubject(kind="enterprise", name=f"公司{n}") for n in range(8)]
    subjects = register_subjects(news, by="test", at=at)
    files = [tmp_path / f"{n}.xlsx" for n in range(2)]
    for number, file in enumerate(files):
        known = [[f"公司{n}", None, None, f"地址{n}", n + number] for n in range(8)]
        new = [[f"新{number}-{n}", None, None, None, n] for n in range(8)]
        write(file, [row for pair in zip(new, known, strict=True) for row in pair], HEAD)

    def act(number: int) -> Any:
        if number < 2:
            return take(files[number], clerk, at)
        for subject in subjects if number % 2 else reversed(subjects):
            state_facts(subject, {"staff": 90 + number}, source="owner", by="test", at=at)
        return None

    assert [one for one in together(6, act) if isinstance(one, Exception)] == []
    assert Subject.objects.count() == 8 + 16
    for subject in subjects:
        entries = FactEntry.objects.filter(subject=subject).order_by("sequence")
        known_now = SubjectFacts.objects.get(subject=subject).facts
        assert known_now == catalogue().projector.fold(entries)


def test_a_grant_cannot_be_revoked_while_a_chunk_that_rests_on_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    clerk = person("tj", "统计员", "statistics", at=at)
    file = tmp_path / "名单.xlsx"
    write(file, [["新公司", EAST_CODE, None, None, 1]], HEAD)
    take_over, written, revoked = importing._take_over, list[bool](), Event()

    def revoke_meanwhile() -> None:
        revoke(Grant.objects.get(user=clerk), reason="调离", by="test", at=at)
        written.append(Subject.objects.filter(name="新公司").exists())
        revoked.set()
        connection.close()

    def slowly(*args: Any, **kwargs: Any) -> None:
        other = Thread(target=revoke_meanwhile)
        other.start()
        take_over(*args, **kwargs)
        assert not revoked.wait(0.2)

    monkeypatch.setattr(importing, "_take_over", slowly)
    take(file, clerk, at)
    assert revoked.wait(20)
    assert written == [True], "it was revoked before what rests on it was there"


@pytest.mark.parametrize("_round", range(3))
def test_two_who_correct_one_fact_at_once_are_both_kept_in_dispute(
    _round: int, at: datetime
) -> None:
    subject = firm("东街停车", EAST, EAST_CODE, at=at)
    scope = ("subject", str(subject.pk))
    owners = [person(name, name, "owner", scope, at=at) for name in ("wang", "hu")]
    state_facts(subject, {"staff": 40}, source="liaison", by="test", at=at)
    seen = SubjectFacts.objects.get(subject=subject).facts["staff"]["entry"]

    def correct(number: int) -> Any:
        told = {"seen": seen, "source": "owner", "note": "不符", "by": owners[number], "at": at}
        return contest(subject, "staff", 31 + number, **told)

    assert not any(isinstance(one, Exception) for one in together(2, correct))
    one = Dispute.objects.open().get()
    assert {entry.value for entry in one.statements()} == {31, 32, 40}
    known = SubjectFacts.objects.get(subject=subject).facts["staff"]
    assert (known["v"], known["suspended"]) == (None, True)


def test_a_dispute_is_settled_once_by_two_at_once(at: datetime) -> None:
    subject = firm("东街停车", EAST, EAST_CODE, at=at)
    clerks = [person(name, name, "clerk", at=at) for name in ("dou", "ma")]
    for source, value in (("owner", 40), ("liaison", 31)):
        state_facts(subject, {"staff": value}, source=source, by="test", at=at)
    one = Dispute.objects.get()

    def find(number: int) -> Any:
        return settle(one, one.claims[number], reason="核对", by=clerks[number], at=at)

    outcomes = together(2, find)
    assert {type(done) for done in outcomes} == {Dispute, Refusal}
    one.refresh_from_db()
    known = SubjectFacts.objects.get(subject=subject).facts["staff"]
    assert one.stands is not None
    assert known["v"] == one.stands.value
    assert Entry.objects.filter(verb="fact.settle").count() == 1


def test_two_writers_of_one_fact_agree_on_what_stands(at: datetime) -> None:
    subject = firm("东街停车", EAST, EAST_CODE, at=at)
    sources = ["owner", "department", "register", "press"] * 2

    def state(number: int) -> Any:
        values = {"staff": 100 + number}
        return state_facts(subject, values, source=sources[number], by="test", at=at)

    assert not any(isinstance(one, Exception) for one in together(8, state))
    entries = FactEntry.objects.filter(subject=subject).order_by("sequence")
    known = SubjectFacts.objects.get(subject=subject).facts
    assert known == catalogue().projector.fold(entries)
    assert known["staff"]["source"] == "register"
