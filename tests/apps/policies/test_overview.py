"""All subjects with what the policies in force say of each."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import pytest

from furong.apps.policies.reads import (
    UNSIZED,
    Overview,
    Wanted,
    overview,
    settled,
    standing_of,
    verdicts_of,
)
from furong.apps.registry.actions import NewSubject, register_subjects, state_facts
from furong.apps.registry.models import Subject
from furong.packs import Pack

STAFF = (None, 0, 9, 10, 50, 51)
SIZES = (None, "small", "micro", "large")


@pytest.fixture
def firms(district: Pack, at: datetime) -> list[Subject]:
    """Thirty firms, of each something known at random, and two persons."""
    dice = random.Random(20200203)
    news = [NewSubject(kind="enterprise", name=f"虚构企业{n}") for n in range(30)]
    news += [NewSubject(kind="person", name=f"虚构{n}") for n in range(2)]
    subjects = register_subjects(news, by="test", at=at)
    for subject in subjects[:30]:
        values = {"staff": dice.choice(STAFF), "size_class": dice.choice(SIZES)}
        known = {key: value for key, value in values.items() if value is not None}
        state_facts(subject, known, source="sample", by="test", at=at)
    return subjects


def rows_of(held: Overview, subjects: Iterable[Subject]) -> list[int]:
    return [*held.rows(str(one.pk) for one in subjects).tolist()]


def test_it_agrees_with_judging_each_subject(firms: list[Subject], at: datetime) -> None:
    held = overview(at)
    for subject in firms:
        judged = verdicts_of(subject, at)
        line = held.line(subject.pk)
        assert {key: n for key, n in line.counts.items() if n} == Counter(map(standing_of, judged))
        assert line.total == sum(settled(judged))


def test_it_sorts_and_equals_keep_their_order(firms: list[Subject], at: datetime) -> None:
    held = overview(at)
    rows = held.rows(str(one.pk) for one in firms)
    for descending in (False, True):
        ordered = held.ids(held.sorted(rows, "eligible", descending=descending).tolist())
        wanted = sorted(
            (one.pk for one in firms),
            key=lambda pk: held.line(pk).counts["eligible"],
            reverse=descending,
        )
        assert ordered == wanted


def test_it_narrows_by_numbers_and_by_size(firms: list[Subject], at: datetime) -> None:
    held = overview(at)
    rows = held.rows(str(one.pk) for one in firms)
    none = held.narrowed(rows, Wanted(eligible=(0, 0)))
    some = held.narrowed(rows, Wanted(eligible=(1, 99)))
    assert sorted([*none, *some]) == sorted(rows)
    assert all(held.line(pk).counts["eligible"] for pk in held.ids(some.tolist()))
    small = held.ids(held.narrowed(rows, Wanted(size="small")).tolist())
    assert small
    for pk in small:
        size = held.line(pk).size
        assert size is not None
        assert (size.words, size.certain) == (("小型",), True)
    unsized = held.ids(held.narrowed(rows, Wanted(size=UNSIZED)).tolist())
    assert all((size := held.line(pk).size) and not size.certain for pk in unsized)
    assert held.narrowed(rows, Wanted(size="gigantic")).size == 0


def test_a_subject_of_a_kind_without_sizes_has_none(firms: list[Subject], at: datetime) -> None:
    held = overview(at)
    assert held.line(firms[-1].pk).size is None


def test_of_a_subject_it_does_not_know_yet_it_tells_nothing(district: Pack, at: datetime) -> None:
    line = overview(at).line(Subject().pk)
    assert (sum(line.counts.values()), line.total) == (0, 0)


def test_it_follows_what_is_stated(firms: list[Subject], at: datetime) -> None:
    before = overview(at).line(firms[0].pk)
    known = {"staff": 30, "size_class": "small", "resumed": True}
    state_facts(firms[0], known, source="statistics", by="test", at=at)
    after = overview(at).line(firms[0].pk)
    assert after.counts["eligible"] > before.counts["eligible"]
