"""Facts that statements contradict each other about: seen, weighed, settled by another person."""

import os
import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.models import Entry, StoredFile
from furong.apps.directory.access import Denied
from furong.apps.directory.actions import grant
from furong.apps.directory.models import Grant, User
from furong.apps.registry.actions import (
    Stated,
    contest,
    merge,
    settle,
    state_facts,
    unmask,
)
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.columns import columns
from furong.apps.registry.models import Dispute, FactEntry, Source, Subject, SubjectFacts
from furong.apps.registry.reads import encoded_facts, fact_on, facts_of, history
from tests.apps.cast import EAST, person

DAY = timedelta(days=1)


def say(
    subject: Subject, value: object, source: str, at: datetime, by: Any = "test", **rest: Any
) -> Stated:
    return state_facts(subject, {"staff": value}, source=source, by=by, at=at, **rest)


def object_to(
    subject: Subject,
    value: object,
    by: User,
    at: datetime,
    *,
    source: str = "owner",
    note: str = "与社保缴费名册不符",
    seen: int | None = None,
    evidence: StoredFile | None = None,
) -> Stated:
    held = SubjectFacts.objects.get(subject=subject).facts["staff"]["entry"]
    return contest(
        subject,
        "staff",
        value,
        seen=held if seen is None else seen,
        source=source,
        note=note,
        evidence=evidence,
        by=by,
        at=at,
    )


def paper(text: str, by: User, at: datetime) -> StoredFile:
    return store(text.encode(), name="名册.txt", by=by, at=at)


@pytest.fixture
def clerk_dou(east_firm: Subject, at: datetime) -> User:
    """A second clerk of East Street, who has stated nothing."""
    return person("dou", "窦经办", "clerk", (Grant.Scope.ZONE, EAST), at=at)


@pytest.fixture
def in_dispute(east_firm: Subject, owner_wang: User, liaison_li: User, at: datetime) -> Dispute:
    """The firm says 40, its liaison officer counts 31."""
    say(east_firm, 40, "owner", at, by=owner_wang)
    say(east_firm, 31, "liaison", at, by=liaison_li)
    return Dispute.objects.get()


class TestWhatStandsMeanwhile:
    def test_the_stronger_source_stands_and_the_dispute_is_seen(
        self, east_firm: Subject, owner_wang: User, at: datetime
    ) -> None:
        say(east_firm, 40, "department", at)
        assert say(east_firm, 31, "owner", at + DAY, by=owner_wang) == Stated(disputed=1)
        staff = facts_of(east_firm)["staff"]
        assert (staff.value, staff.disputed, staff.suspended) == (40, True, False)
        assert [one.value for one in Dispute.objects.get().statements()] == [40, 31]

    def test_between_equals_nothing_is_known(self, east_firm: Subject, in_dispute: Dispute) -> None:
        staff = facts_of(east_firm)["staff"]
        assert (staff.value, staff.disputed, staff.suspended) == (None, True, True)
        assert staff.shown == "待核实"
        assert "staff" not in encoded_facts(east_firm)
        assert in_dispute.is_open

    def test_every_evaluator_reads_the_same(self, east_firm: Subject, in_dispute: Dispute) -> None:
        held = columns("enterprise")
        assert held.ids == [str(east_firm.pk)]
        assert "staff" not in held

    def test_a_stronger_source_replaces_and_ends_it(
        self, east_firm: Subject, in_dispute: Dispute, at: datetime
    ) -> None:
        say(east_firm, 33, "register", at + DAY)
        staff = facts_of(east_firm)["staff"]
        assert (staff.value, staff.disputed) == (33, False)
        in_dispute.refresh_from_db()
        assert in_dispute.outcome == Dispute.Outcome.SUPERSEDED

    def test_who_gives_in_ends_it(
        self, east_firm: Subject, owner_wang: User, in_dispute: Dispute, at: datetime
    ) -> None:
        say(east_firm, 31, "owner", at + DAY, by=owner_wang)
        staff = facts_of(east_firm)["staff"]
        assert (staff.value, staff.disputed) == (31, False)
        in_dispute.refresh_from_db()
        assert in_dispute.outcome == Dispute.Outcome.AGREED

    def test_who_insists_changes_nothing(
        self, east_firm: Subject, owner_wang: User, in_dispute: Dispute, at: datetime
    ) -> None:
        assert say(east_firm, 40, "owner", at + DAY, by=owner_wang) == Stated(same=1)

    def test_things_change_from_one_day_to_the_next(self, east_firm: Subject, at: datetime) -> None:
        say(east_firm, 40, "owner", at)
        say(east_firm, 31, "liaison", at + DAY)
        assert facts_of(east_firm)["staff"].value == 31
        assert not Dispute.objects.exists()

    def test_about_one_period_two_tables_are_in_dispute_on_any_day(
        self, east_firm: Subject, at: datetime
    ) -> None:
        december = date(2019, 12, 31)
        say(east_firm, 40, "department", at, about=december)
        say(east_firm, 31, "statistics", at + 9 * DAY, about=december)
        assert fact_on(east_firm, "staff", december) is None
        assert Dispute.objects.get().about_to == december

    def test_a_dispute_about_the_past_never_touches_today(
        self, east_firm: Subject, at: datetime
    ) -> None:
        say(east_firm, 50, "owner", at, about=date(2020, 1, 31))
        for source, value in (("department", 40), ("statistics", 31)):
            say(east_firm, value, source, at, about=date(2019, 12, 31))
        staff = facts_of(east_firm)["staff"]
        assert (staff.value, staff.disputed) == (50, False)
        assert Dispute.objects.open().count() == 1

    def test_a_fact_at_a_date_is_unknown_with_its_period(
        self, east_firm: Subject, at: datetime
    ) -> None:
        for source, value in (("department", 40), ("statistics", 31)):
            state_facts(east_firm, {"insured_2019": value}, source=source, by="test", at=at)
        assert "insured_2019" not in encoded_facts(east_firm)
        assert facts_of(east_firm)["insured_2019"].suspended

    def test_a_late_report_of_an_earlier_day_is_history(
        self, east_firm: Subject, at: datetime
    ) -> None:
        say(east_firm, 40, "owner", at + DAY)
        say(east_firm, 31, "liaison", at + 2 * DAY, occurred_at=at)
        assert facts_of(east_firm)["staff"].value == 40
        assert len(history(east_firm, "staff")) == 2
        assert not Dispute.objects.exists()

    def test_a_personal_fact_is_compared_and_stays_sealed(
        self, east_firm: Subject, at: datetime
    ) -> None:
        for source, value in (("owner", "130"), ("liaison", "131"), ("liaison", "131")):
            state_facts(east_firm, {"phone": value}, source=source, by="test", at=at)
        assert Dispute.objects.get().entries.count() == 2
        assert "131" not in str([*FactEntry.objects.values(), *SubjectFacts.objects.values()])


class TestObjecting:
    def test_it_needs_a_reason_a_value_and_something_known(
        self, east_firm: Subject, owner_wang: User, at: datetime
    ) -> None:
        with pytest.raises(Refusal, match="还没有人填报"):
            contest(
                east_firm, "staff", 31, seen=0, source="owner", note="不符", by=owner_wang, at=at
            )
        say(east_firm, 40, "liaison", at)
        with pytest.raises(Refusal, match="哪里不对"):
            object_to(east_firm, 31, owner_wang, at, note=" ")
        with pytest.raises(Refusal, match="正确的值"):
            object_to(east_firm, None, owner_wang, at)
        with pytest.raises(Refusal, match="相同"):
            object_to(east_firm, 40, owner_wang, at)
        assert FactEntry.objects.count() == 1

    def test_nobody_borrows_a_source(
        self, east_firm: Subject, owner_wang: User, stranger_zhou: User, at: datetime
    ) -> None:
        say(east_firm, 40, "liaison", at)
        with pytest.raises(Refusal, match="登记或证明"):
            object_to(east_firm, 31, owner_wang, at, source="register")
        with pytest.raises(Refusal, match="核实认定"):
            object_to(east_firm, 31, owner_wang, at, source="verified")
        with pytest.raises(Denied):
            object_to(east_firm, 31, stranger_zhou, at)

    def test_on_a_later_day_too_it_is_a_dispute_and_no_news(
        self, east_firm: Subject, owner_wang: User, at: datetime
    ) -> None:
        say(east_firm, 40, "liaison", at)
        file = paper("名册", owner_wang, at)
        object_to(east_firm, 31, owner_wang, at + 9 * DAY, evidence=file)
        assert facts_of(east_firm)["staff"].suspended
        entry = history(east_firm, "staff")[-1]
        assert (entry.value, entry.note, entry.evidence) == (31, "与社保缴费名册不符", file)
        assert Entry.objects.filter(verb="subject.state").latest("id").payload["evidence"]

    def test_it_is_about_the_same_period(
        self, east_firm: Subject, owner_wang: User, at: datetime
    ) -> None:
        say(east_firm, 40, "department", at, about=date(2019, 12, 31))
        object_to(east_firm, 31, owner_wang, at + DAY)
        assert history(east_firm, "staff")[-1].about_to == date(2019, 12, 31)

    def test_one_may_correct_oneself(
        self, east_firm: Subject, owner_wang: User, at: datetime
    ) -> None:
        say(east_firm, 40, "owner", at, by=owner_wang)
        object_to(east_firm, 31, owner_wang, at + DAY)
        assert facts_of(east_firm)["staff"].value == 31
        assert not Dispute.objects.exists()

    def test_two_of_one_firm_who_did_not_see_each_other(
        self, east_firm: Subject, owner_wang: User, at: datetime
    ) -> None:
        other = person("hu", "胡会计", "owner", ("subject", str(east_firm.pk)), at=at)
        say(east_firm, 40, "owner", at, by=owner_wang)
        seen = SubjectFacts.objects.get(subject=east_firm).facts["staff"]["entry"]
        object_to(east_firm, 31, owner_wang, at + DAY, seen=seen)
        object_to(east_firm, 33, other, at + DAY, seen=seen)
        assert facts_of(east_firm)["staff"].suspended
        assert [one.value for one in Dispute.objects.get().statements()] == [31, 33]


class TestSettling:
    def test_only_who_may_and_took_no_part(
        self,
        east_firm: Subject,
        in_dispute: Dispute,
        owner_wang: User,
        liaison_li: User,
        leader_zhao: User,
        at: datetime,
    ) -> None:
        one = in_dispute.claims[0]
        for user in (owner_wang, liaison_li, leader_zhao):
            with pytest.raises(Denied):
                settle(in_dispute, one, reason="现场核对", by=user, at=at)
        west = person("xi", "西街经办", "clerk", ("zone", "990101002"), at=at)
        with pytest.raises(Denied):
            settle(in_dispute, one, reason="现场核对", by=west, at=at)

    def test_two_hats_do_not_meet(
        self,
        east_firm: Subject,
        in_dispute: Dispute,
        liaison_li: User,
        clerk_dou: User,
        at: datetime,
    ) -> None:
        one = in_dispute.claims[0]
        grant(liaison_li, "clerk", scope=("zone", EAST), source="兼任", by="test", at=at)
        with pytest.raises(Refusal, match="您本人填报"):
            settle(in_dispute, one, reason="现场核对", by=liaison_li, at=at)
        errands = ("subject", str(east_firm.pk))
        grant(clerk_dou, "owner", scope=errands, source="委托书", by="test", at=at)
        with pytest.raises(Refusal, match="办事人员"):
            settle(in_dispute, one, reason="现场核对", by=clerk_dou, at=at)

    def test_it_needs_a_reason_and_one_of_the_claims(
        self, in_dispute: Dispute, clerk_dou: User, at: datetime
    ) -> None:
        with pytest.raises(Refusal, match="理由"):
            settle(in_dispute, in_dispute.claims[0], reason="", by=clerk_dou, at=at)
        with pytest.raises(Refusal, match="不在争议之中"):
            settle(in_dispute, 999, reason="现场核对", by=clerk_dou, at=at)
        assert not Entry.objects.filter(verb="fact.settle").exists()

    def test_what_is_found_stands_as_verified(
        self, east_firm: Subject, in_dispute: Dispute, clerk_dou: User, at: datetime
    ) -> None:
        file = paper("核对记录", clerk_dou, at)
        done = settle(
            in_dispute,
            in_dispute.claims[1],
            reason="现场清点 31 人",
            evidence=file,
            by=clerk_dou,
            at=at + DAY,
        )
        staff = facts_of(east_firm)["staff"]
        assert (staff.value, staff.source, staff.disputed) == (31, Source.VERIFIED, False)
        assert (done.outcome, done.closed_by) == (Dispute.Outcome.SETTLED, clerk_dou)
        payload = Entry.objects.get(verb="fact.settle").payload
        assert (payload["stands"], payload["reason"]) == (in_dispute.claims[1], "现场清点 31 人")
        assert facts_of(east_firm, at)["staff"].suspended

    def test_it_is_settled_once(
        self, in_dispute: Dispute, clerk_dou: User, clerk_chen: User, at: datetime
    ) -> None:
        settle(in_dispute, in_dispute.claims[1], reason="现场清点", by=clerk_dou, at=at)
        with pytest.raises(Refusal, match=r"已由窦经办于 2020-02-03 核实认定（现场清点）"):
            settle(in_dispute, in_dispute.claims[0], reason="电话", by=clerk_chen, at=at)

    def test_a_personal_fact_stays_sealed(
        self, east_firm: Subject, clerk_dou: User, at: datetime
    ) -> None:
        for source, value in (("owner", "130"), ("liaison", "131")):
            state_facts(east_firm, {"phone": value}, source=source, by="test", at=at)
        one = Dispute.objects.get()
        settle(one, one.claims[1], reason="回拨核对", by=clerk_dou, at=at)
        assert facts_of(east_firm)["phone"].personal
        assert unmask(east_firm, reason="抽查", by=clerk_dou, at=at) == {"phone": "131"}


class TestAfterwards:
    @pytest.fixture
    def settled(self, in_dispute: Dispute, clerk_dou: User, at: datetime) -> Dispute:
        file = paper("核对记录", clerk_dou, at)
        one = in_dispute.claims[1]
        return settle(in_dispute, one, reason="现场清点", evidence=file, by=clerk_dou, at=at)

    def test_the_old_claim_is_heard_again_only_with_something_new(
        self, east_firm: Subject, owner_wang: User, settled: Dispute, at: datetime
    ) -> None:
        with pytest.raises(Refusal, match="新的证据材料"):
            object_to(east_firm, 40, owner_wang, at + DAY)
        old = paper("核对记录", owner_wang, at + DAY)
        with pytest.raises(Refusal, match="新的证据材料"):
            object_to(east_firm, 40, owner_wang, at + DAY, evidence=old)
        new = paper("花名册", owner_wang, at + DAY)
        object_to(east_firm, 40, owner_wang, at + DAY, evidence=new)
        staff = facts_of(east_firm)["staff"]
        assert (staff.value, staff.disputed) == (31, True)
        assert Dispute.objects.open().count() == 1

    def test_a_statement_without_anything_new_is_kept_aside_and_once(
        self, east_firm: Subject, owner_wang: User, settled: Dispute, at: datetime
    ) -> None:
        assert say(east_firm, 40, "owner", at + DAY) == Stated(same=1)
        assert say(east_firm, 35, "owner", at + DAY) == Stated(disputed=1)
        assert say(east_firm, 35, "owner", at + 2 * DAY) == Stated(same=1)
        staff = facts_of(east_firm)["staff"]
        assert (staff.value, staff.disputed) == (31, False)
        assert history(east_firm, "staff")[-1].get_effect_display() == "未采用"
        assert not Dispute.objects.open().exists()


def test_a_merge_takes_the_dispute_along(
    east_firm: Subject, west_firm: Subject, in_dispute: Dispute, at: datetime
) -> None:
    merge(east_firm, into=west_firm, reason="同一企业", by="test", at=at + DAY)
    assert facts_of(west_firm)["staff"].suspended
    in_dispute.refresh_from_db()
    assert in_dispute.outcome == Dispute.Outcome.MERGED
    assert [one.value for one in Dispute.objects.open().get().statements()] == [40, 31]


def test_any_sequence_of_statements_folds_to_the_projection(
    east_firm: Subject, clerk_dou: User, at: datetime
) -> None:
    """Nothing is lost, what is marked disputed is a dispute, and the past can be told again."""
    seed = int(os.environ.get("FURONG_SEED", random.randrange(1_000_000)))
    draw = random.Random(seed)
    moment = at
    for _round in range(60):
        moment += draw.choice((timedelta(), timedelta(hours=1), DAY))
        about = draw.choice((None, None, date(2019, 12, 31), date(2020, 1, 31)))
        source = draw.choice(("owner", "liaison", "department", "statistics", "register"))
        value = draw.choice((31, 40, None) if draw.random() < 0.2 else (31, 40, 45))
        state_facts(east_firm, {"staff": value}, source=source, about=about, by="test", at=moment)
        opened = Dispute.objects.open().first()
        if opened and draw.random() < 0.3:
            settle(opened, draw.choice(opened.claims), reason="核对", by=clerk_dou, at=moment)
        facts = SubjectFacts.objects.get(subject=east_firm).facts
        entries = FactEntry.objects.filter(subject=east_firm).order_by("sequence")
        assert facts == catalogue().projector.fold(entries), f"FURONG_SEED={seed}"
        for one in facts.values():
            start, end = one["about"] or (None, None)
            of_it = Dispute.objects.open().filter(about_from=start, about_to=end)
            assert ("disputed" in one) == of_it.exists(), f"FURONG_SEED={seed}: {one}"
