"""Reads and verbs that the desk stands on: who reads from within, proxies, figures, what is sealed."""

import random
from datetime import datetime, timedelta

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.cases.actions import act, answer, ask, may_invite, open_case, reveal
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.engine.roles import Parties
from furong.apps.cases.models import Assignment, Case, Supervision
from furong.apps.cases.reads import deciders, figures, inbox, possible, turn_among, whose_turn
from furong.apps.directory.access import Denied
from furong.apps.directory.actions import grant
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.packs.models.procedures import Assigned
from tests.apps.cases.conftest import dispatch
from tests.apps.cases.test_sight import somebody


@pytest.fixture
def collected(east_firm: Subject, liaison_li: User, at: datetime) -> Case:
    """Collected with a name and a number to call."""
    told = {"title": "停车难", "contact_person": "王经理 13900000000"}
    return open_case("appeal", "collect", subject=east_firm, answers=told, by=liaison_li, at=at)


@pytest.mark.usefixtures("everybody")
class TestInside:
    def test_an_owner_sees_a_case_and_not_from_within(
        self, appeal: Case, owner_wang: User, liaison_li: User, at: datetime
    ) -> None:
        assert Case.objects.visible_to(owner_wang, at).get() == appeal
        assert not Case.objects.inside_of(owner_wang, at).exists()
        assert Case.objects.inside_of(liaison_li, at).get() == appeal

    def test_a_second_hat_opens_it(self, appeal: Case, owner_wang: User, at: datetime) -> None:
        grant(owner_wang, "auditor", scope=("all", ""), source="任命", by="test", at=at)
        assert Case.objects.inside_of(owner_wang, at).get() == appeal

    def test_a_sensitive_case_stays_closed_to_who_is_far(
        self, appeal: Case, clerk_chen: User, at: datetime
    ) -> None:
        assert Case.objects.inside_of(clerk_chen, at).exists()
        Case.objects.update(sensitive=True)
        assert not Case.objects.inside_of(clerk_chen, at).exists()


@pytest.mark.usefixtures("everybody")
class TestRevealing:
    def test_a_stranger_and_an_auditor_are_refused(
        self, collected: Case, stranger_zhou: User, auditor_qian: User, at: datetime
    ) -> None:
        for user in (stranger_zhou, auditor_qian):
            with pytest.raises(Denied):
                reveal(collected.events.get(), reason="看看", by=user, at=at)
        assert not Entry.objects.filter(verb="case.unmask").exists()

    def test_without_a_reason_nothing_is_shown(
        self, collected: Case, dispatcher_he: User, at: datetime
    ) -> None:
        for reason in ("", "  ", "为" * 201):
            with pytest.raises(Refusal):
                reveal(collected.events.get(), reason=reason, by=dispatcher_he, at=at)

    def test_who_handles_it_may_and_the_journal_says_why(
        self, collected: Case, dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        event = collected.events.get()
        with pytest.raises(Denied):
            reveal(event, reason="联系企业", by=clerk_tan, at=at)
        dispatch(collected, by=dispatcher_he, at=at)
        shown = reveal(event, reason="联系企业", by=clerk_tan, at=at)
        assert shown == {"contact_person": "王经理 13900000000"}
        entry = Entry.objects.get(verb="case.unmask")
        assert entry.payload["reason"] == "联系企业"
        assert entry.payload["values"] == ["contact_person"]
        assert "13900000000" not in str(entry.payload)


@pytest.mark.usefixtures("everybody")
class TestProxy:
    def test_the_supervision_office_is_offered_what_it_enters_for_a_leader(
        self, dispatcher_he: User, supervisor_du: User, leader_zhao: User, at: datetime
    ) -> None:
        case = open_case(
            "instruction",
            "draft",
            subject=None,
            answers={
                "instruction_origin": "oral",
                "title": "落实停车位",
                "words": "两日内落实",
                "class": "urgent",
                "recipients": ["urban"],
                "due_at": "2020-03-01 18:00",
            },
            by=dispatcher_he,
            at=at,
        )
        case = act(case, "submit", by=dispatcher_he, at=at)
        offered = {one.key: one.proxy for one in possible(case, supervisor_du, at)}
        assert offered == {"actions.sign_off": True}

    def test_whose_decision_it_may_be(self, appeal: Case, leader_zhao: User, at: datetime) -> None:
        assert deciders(appeal, "answers.whistle.assigned", at) == [leader_zhao]


@pytest.mark.usefixtures("everybody")
class TestFiguresOfWhatIsSeen:
    def test_only_the_cases_that_count(
        self, appeal: Case, west_firm: Subject, dispatcher_he: User, at: datetime
    ) -> None:
        mine = Case.objects.filter(subject=west_firm)
        assert figures("appeal", at=at)[""].opened == 1
        assert figures("appeal", among=mine, at=at) == {}

    def test_a_transfer_moves_the_case_to_who_holds_it_now(
        self, appeal: Case, dispatcher_he: User, at: datetime
    ) -> None:
        dispatch(appeal, by=dispatcher_he, at=at, helpers=["police"])
        assert set(figures("appeal", by="unit", at=at)) == {"urban"}
        returned = at + timedelta(minutes=10)
        Case.objects.get().assignments.filter(kind="lead").update(
            state="returned", ended_at=returned
        )
        assert set(figures("appeal", by="unit", at=at)) == {"urban"}, "as of then"
        assert set(figures("appeal", by="unit", at=returned)) == {""}

    def test_supervised_cases_are_counted_once(
        self, appeal: Case, dispatcher_he: User, at: datetime
    ) -> None:
        case = dispatch(appeal, by=dispatcher_he, at=at)
        for n in (1, 2):
            Supervision.objects.create(case=case, number=f"DB{n}", cycle=1, issued_at=at)
        assert figures("appeal", at=at)[""].supervised == 1
        assert figures("appeal", at=at - timedelta(seconds=1)) == {}


@pytest.mark.usefixtures("everybody")
def test_a_turn_is_the_same_from_rows_that_are_read_already(
    appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at)
    held = [*case.assignments.held().select_related("organisation")]
    assert turn_among(machine_of(case.procedure), case, held, at) == whose_turn(case, at)
    assert may_invite(case, dispatcher_he, at)
    assert may_invite(case, clerk_tan, at)


@pytest.mark.usefixtures("everybody")
def test_an_answered_request_is_no_longer_offered(
    appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at)
    asked = ask(case, "return", {"return_ground": "duty", "clause": "三定"}, by=clerk_tan, at=at)
    assert "answers.return.granted" in [one.key for one in possible(case, dispatcher_he, at)]
    answer(asked, "refused", {"opinion": "在职责内"}, by=dispatcher_he, at=at)
    assert not [one for one in possible(case, dispatcher_he, at) if one.request]


@pytest.mark.usefixtures("everybody")
def test_a_unit_that_has_done_its_part_is_not_reminded_of_another_s(
    appeal: Case, dispatcher_he: User, clerk_pan: User, clerk_deng: User, at: datetime
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at, helpers=["police", "east-office"])
    assert inbox(clerk_pan, at).get() == case
    act(case, "help_done", {"words": "已设警示"}, by=clerk_pan, at=at)
    assert not inbox(clerk_pan, at).exists()
    assert inbox(clerk_deng, at).get() == case


@pytest.mark.parametrize("seed", [20200220, 20200306])
@pytest.mark.usefixtures("everybody")
def test_an_inbox_holds_what_a_role_of_the_person_s_has_to_do(
    seed: int,
    east_firm: Subject,
    west_firm: Subject,
    liaison_li: User,
    dispatcher_he: User,
    clerk_tan: User,
    clerk_pan: User,
    at: datetime,
) -> None:
    """Asked of every case by the rules of roles in Python, for people with random grants."""
    chance = random.Random(seed)

    def collect() -> Case:
        told = {"title": "员工停车难"}
        return open_case("appeal", "collect", subject=east_firm, answers=told, by=liaison_li, at=at)

    collect()
    dispatch(collect(), by=dispatcher_he, at=at, helpers=["police"])
    returned = dispatch(collect(), by=dispatcher_he, at=at)
    ask(returned, "return", {"return_ground": "duty", "clause": "三定"}, by=clerk_tan, at=at)
    whistled = dispatch(collect(), by=dispatcher_he, at=at, lead="east-office")
    ask(whistled, "whistle", {"matter": "请协调"}, by=liaison_li, at=at)
    helped = dispatch(collect(), by=dispatcher_he, at=at, helpers=["police", "east-office"])
    act(helped, "help_sign", by=clerk_pan, at=at)
    cases = [*Case.objects.with_all()]
    verdicts = set()
    for n in range(60):
        user = somebody(chance, n, [east_firm, west_firm], at)
        held = {*inbox(user, at).values_list("pk", flat=True)}
        for case in cases:
            waits = _waits_for(user, case, at)
            assert (case.pk in held) == waits, (case.state, [*user.grants.all()])
            verdicts.add(waits)
    assert verdicts == {True, False}


def _waits_for(user: User, case: Case, at: datetime) -> bool:
    machine = machine_of(case.procedure)
    mine = Parties(machine, case, at).standings(user)
    roles = {one.role for one in mine}
    one = machine.procedure
    if machine.state(case.state).owner in roles:
        return True
    pending = case.requests.filter(settled_at=None).exclude(delivered_at=None)
    if any(roles & {*one.requests[asked.name].answered_by} for asked in pending):
        return True
    owed = {
        (held.kind, held.organisation_id)
        for held in case.assignments.filter(state__in=Assignment.OWED)
        if one.assignments[held.kind].clock
    }
    return any(
        (scope.assignment, standing.organisation.pk) in owed
        for standing in mine
        if standing.organisation and one.roles[standing.role].capacity == "clerk"
        if isinstance(scope := one.roles[standing.role].scope, Assigned)
    )
