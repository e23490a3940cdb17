"""Calling a list: planned, opened as one act, called, called twice, withdrawn."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry, PersonalValue
from furong.apps.cases.actions import (
    CallPlan,
    act,
    comment,
    go_on,
    open_calls,
    plan_calls,
    record_call,
    reveal,
    withdraw_calls,
)
from furong.apps.cases.calls.drawing import sample
from furong.apps.cases.calls.population import Wanted, read_phone
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.permitting import NotNow
from furong.apps.cases.models import CallLine, CallList, Case
from furong.apps.directory.access import Denied
from furong.apps.directory.models import Grant, User
from furong.apps.notices.models import Delivery
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import run
from tests.apps.cast import EAST, EAST_CODE, WEST, WEST_CODE, firm, person

pytestmark = pytest.mark.usefixtures("everybody")

HEARD: dict[str, object] = {
    "call_result": "answered",
    "record_agrees": True,
    "found": {"staff": "12"},
    "needs_help": False,
}
PLAN = CallPlan("复工核对", "您好，这里是区指挥部", ["staff"], "urban", percent=0, seed="种子")
CODES = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def code_of(number: int) -> str:
    """A credit code with the right check character."""
    body = f"91990101MA{number:07d}"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(CODES.index(sign) * weight for sign, weight in zip(body, weights, strict=True))
    return body + CODES[(31 - total % 31) % 31]


@pytest.fixture
def firms(east_firm: Subject, west_firm: Subject, at: datetime) -> list[Subject]:
    """Six firms, four in the east and two in the west, all with a number."""
    more = [
        firm(f"示例{number}公司", EAST if number < 3 else WEST, code_of(500 + number), at=at)
        for number in range(4)
    ]
    made = [east_firm, west_firm, *more]
    for place, one in enumerate(made):
        state_facts(one, {"phone": f"0731-1000000{place}"}, source="register", by="test", at=at)
    return made


def wanted(subjects: Sequence[Subject]) -> list[Wanted]:
    return [Wanted(one.pk) for one in subjects]


def plan(subjects: Sequence[Subject], by: User, at: datetime, given: CallPlan = PLAN) -> CallList:
    return plan_calls(given, wanted(subjects), by=by, at=at)


def opened(subjects: Sequence[Subject], by: User, at: datetime, given: CallPlan = PLAN) -> CallList:
    made = open_calls(plan(subjects, by, at, given), by=by, at=at)
    run(at)
    made.refresh_from_db()
    return made


def left_out(made: CallList) -> dict[str, str]:
    rows = made.lines.filter(state="left_out").select_related("subject")
    return {one.subject.name if one.subject else one.given: one.why for one in rows}


def case_of(made: CallList, subject: Subject) -> Case:
    case = made.lines.get(subject=subject).case
    assert case is not None
    return case


class TestPlanning:
    def test_who_is_left_out_and_why(
        self, firms: list[Subject], dispatcher_he: User, at: datetime
    ) -> None:
        bare = firm("无号公司", EAST, code_of(900), at=at)
        opened(firms[:1], dispatcher_he, at)
        lines = [
            Wanted(code=EAST_CODE),
            Wanted(code=WEST_CODE),
            Wanted(code=WEST_CODE.lower(), phone="0731-10000009"),
            Wanted(bare.pk),
            Wanted(firms[2].pk, phone="打不通"),
            Wanted(code=code_of(901)),
            Wanted(code="91430102"),
            Wanted(firms[3].pk, phone="（0731）1000 0009"),
        ]
        made = plan_calls(PLAN, lines, by=dispatcher_he, at=at)
        assert [(one.place, one.why) for one in made.lines.exclude(why="")] == [
            (0, "open"),
            (2, "twice"),
            (3, "no_phone"),
            (4, "bad_phone"),
            (5, "unknown"),
            (6, "malformed"),
        ]
        assert [one.subject for one in made.lines.filter(why="")] == [firms[1], firms[3]]
        assert Case.objects.count() == 1, "planning opens nothing"

    def test_other_jurisdictions_are_not_told_of(self, firms: list[Subject], at: datetime) -> None:
        east = person("kong", "孔调度", "dispatcher", (str(Grant.Scope.ZONE), EAST), at=at)
        made = plan_calls(PLAN, [Wanted(code=EAST_CODE), Wanted(code=WEST_CODE)], by=east, at=at)
        assert left_out(made) == {WEST_CODE: "unknown"}

    def test_only_who_dispatches_plans(
        self, firms: list[Subject], clerk_tan: User, liaison_li: User, at: datetime
    ) -> None:
        for user in (clerk_tan, liaison_li):
            with pytest.raises(Denied):
                plan(firms, user, at)
        assert not CallList.objects.exists()

    @pytest.mark.parametrize(
        ("given", "wrong"),
        [
            ({"title": "  "}, "title"),
            ({"script": "话" * 2001}, "script"),
            ({"facts": []}, "facts"),
            ({"facts": ["phone"]}, "facts"),
            ({"facts": ["no_such"]}, "facts"),
            ({"team": "nowhere"}, "team"),
            ({"team": "bank"}, "team"),
            ({"team": "police", "percent": 5}, "percent"),
            ({"callers": [uuid4()]}, "callers"),
            ({"way": "random"}, "way"),
            ({"percent": 101}, "percent"),
            ({"kind": "slow"}, "kind"),
            ({"seed": "长" * 33}, "seed"),
        ],
    )
    def test_a_bad_plan_names_what_is_wrong(
        self,
        firms: list[Subject],
        dispatcher_he: User,
        at: datetime,
        given: dict[str, object],
        wrong: str,
    ) -> None:
        fields = {name: getattr(PLAN, name) for name in CallPlan.__dataclass_fields__}
        with pytest.raises(InvalidAnswers) as invalid:
            plan(firms, dispatcher_he, at, CallPlan(**{**fields, **given}))
        assert [*invalid.value.problems] == [wrong]
        assert not CallList.objects.exists()
        assert not CallLine.objects.exists()

    def test_nobody_is_no_list(self, dispatcher_he: User, at: datetime) -> None:
        with pytest.raises(Refusal, match="没有可核对的服务对象"):
            plan([], dispatcher_he, at)

    def test_sent_twice_it_is_one_list(
        self, firms: list[Subject], dispatcher_he: User, at: datetime
    ) -> None:
        same = uuid4()
        first, second = (
            plan_calls(PLAN, wanted(firms), client_id=same, by=dispatcher_he, at=at)
            for _n in range(2)
        )
        assert first == second
        assert CallList.objects.count() == 1
        with pytest.raises(Refusal, match="另一份名单"):
            plan_calls(PLAN, wanted(firms[:2]), client_id=same, by=dispatcher_he, at=at)

    def test_evenly_or_street_by_street(
        self, firms: list[Subject], dispatcher_he: User, at: datetime
    ) -> None:
        def shares(way: str) -> list[tuple[str, str]]:
            given = CallPlan("核对", "您好", ["staff"], "urban", way=way, percent=0)
            lines = plan(firms, dispatcher_he, at, given).lines.select_related(
                "caller", "subject__street"
            )
            return [(one.caller.username, one.subject.street.code) for one in lines]  # type: ignore[union-attr]

        callers = [name for name, _street in shares("even")]
        assert sorted(map(callers.count, set(callers))) == [3, 3]
        by_street = set(shares("street"))
        assert len(by_street) == 2, "each street has one caller"
        assert len({name for name, _street in by_street}) == 2

    def test_the_sample_can_be_drawn_again(
        self, firms: list[Subject], dispatcher_he: User, at: datetime
    ) -> None:
        given = CallPlan("核对", "您好", ["staff"], "urban", percent=34, seed="2020-03")
        made = plan(firms, dispatcher_he, at, given)
        drawn = {one.subject.number for one in made.lines.filter(sampled=True) if one.subject}
        assert len(drawn) == 3
        assert drawn == sample((one.number for one in firms), seed="2020-03", percent=34)
        assert Entry.objects.get(verb="calls.plan").payload["seed"] == "2020-03"

    def test_a_number_of_who_runs_the_errands_will_do(
        self, east_firm: Subject, owner_wang: User, dispatcher_he: User, at: datetime
    ) -> None:
        from furong.apps.base import journal

        entry = journal.record(
            "user.test", by="test", at=at, about=owner_wang, personal={"phone": "13800000000"}
        )
        owner_wang.phone = entry.personal_values.get()
        owner_wang.save()
        made = opened([east_firm], dispatcher_he, at)
        assert made.lines.get().state == "opened"


class TestOpening:
    def test_all_are_opened_in_the_name_of_who_planned(
        self, firms: list[Subject], dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        made = opened(firms, dispatcher_he, at)
        assert made.stage == "open"
        cases = Case.objects.filter(procedure__code="phone-check")
        assert {one.subject for one in cases} == set(firms)
        assert {(one.state, one.opened_by) for one in cases} == {("waiting", dispatcher_he)}
        told = Delivery.objects.inbox_of(clerk_tan)
        assert [one.notice.title for one in told] == ["复工核对：3 户待拨打"]

    def test_opened_twice_it_is_opened_once(
        self, firms: list[Subject], dispatcher_he: User, at: datetime
    ) -> None:
        made = opened(firms, dispatcher_he, at)
        open_calls(made, by=dispatcher_he, at=at + timedelta(hours=1))
        run(at + timedelta(hours=1))
        assert Case.objects.count() == len(firms)
        assert Entry.objects.filter(verb="calls.open").count() == 1

    def test_it_goes_on_in_chunks(
        self,
        firms: list[Subject],
        dispatcher_he: User,
        at: datetime,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("furong.apps.cases.actions.opening_calls.CHUNK", 2)
        made = open_calls(plan(firms, dispatcher_he, at), by=dispatcher_he, at=at)
        assert go_on(made.pk, at=at)
        assert Case.objects.count() == 2
        for turn in range(6):
            run(at + timedelta(seconds=turn))
        made.refresh_from_db()
        assert (made.stage, Case.objects.count()) == ("open", len(firms))

    def test_who_came_on_another_list_meanwhile_is_not_called_twice(
        self, firms: list[Subject], dispatcher_he: User, at: datetime
    ) -> None:
        first, second = (plan(firms, dispatcher_he, at) for _n in range(2))
        for made in (first, second):
            open_calls(made, by=dispatcher_he, at=at)
        run(at)
        assert Case.objects.count() == len(firms)
        states = sorted(CallLine.objects.values_list("state", flat=True))
        assert states == ["opened"] * len(firms) + ["refused"] * len(firms)
        assert {one.why for one in CallLine.objects.filter(state="refused")} == {"open"}

    def test_a_mandate_that_has_ended_opens_nothing(
        self, firms: list[Subject], dispatcher_he: User, at: datetime
    ) -> None:
        made = open_calls(plan(firms, dispatcher_he, at), by=dispatcher_he, at=at)
        Grant.objects.filter(user=dispatcher_he).update(valid_to=at + timedelta(minutes=1))
        run(at + timedelta(hours=1))
        assert not Case.objects.exists()
        assert {one.state for one in made.lines.all()} == {"refused"}

    def test_nobody_else_opens_it(
        self, firms: list[Subject], dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        made = plan(firms, dispatcher_he, at)
        east = person("kong", "孔调度", "dispatcher", (str(Grant.Scope.ZONE), EAST), at=at)
        for user in (clerk_tan, east):
            with pytest.raises(Denied):
                open_calls(made, by=user, at=at)
            with pytest.raises(Denied):
                withdraw_calls(made, reason="误发", by=user, at=at)

    def test_numbers_of_a_file_are_sealed_and_end_with_the_plan(
        self, east_firm: Subject, dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        lines = [Wanted(code=EAST_CODE, phone="13800000001")]
        made = plan_calls(PLAN, lines, by=dispatcher_he, at=at)
        planned = PersonalValue.objects.filter(entry__verb="calls.plan")
        assert planned.held().count() == 1
        open_calls(made, by=dispatcher_he, at=at)
        run(at)
        assert not planned.held().exists()
        case = case_of(made, east_firm)
        event = case.events.get(sequence=1)
        assert "13800000001" not in str(event.fields)
        assert reveal(event, reason="拨打", by=clerk_tan, at=at) == {"phone": "13800000001"}
        assert Entry.objects.filter(verb="case.unmask", actor_id=clerk_tan.pk).count() == 1

    def test_what_tells_lists_apart_tells_no_number(
        self, east_firm: Subject, dispatcher_he: User, at: datetime, settings: Any
    ) -> None:
        """Whoever reads the rows alone must not find a number by trying all."""
        lines = [Wanted(code=EAST_CODE, phone="13800000001")]
        digests = set()
        for sign in "ab":
            settings.FURONG_BLIND_KEY = sign * 64
            digests.add(plan_calls(PLAN, lines, by=dispatcher_he, at=at).digest)
        assert len(digests) == 2

    @pytest.mark.parametrize("text", ["٠٧٣١٨٨٨٨٠٠٠٠", "0731-८८८८0000"])
    def test_a_number_is_of_digits_that_can_be_dialled(self, text: str) -> None:
        assert read_phone(text) == ""


class TestWithdrawing:
    def test_what_nobody_called_is_cancelled(
        self, firms: list[Subject], dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        made = opened(firms, dispatcher_he, at)
        called = case_of(made, firms[0])
        record_call(called, {"call_result": "no_reply"}, by=clerk_tan, at=at)
        with pytest.raises(Refusal, match="撤回理由"):
            withdraw_calls(made, reason=" ", by=dispatcher_he, at=at)
        later = at + timedelta(minutes=1)
        for _n in range(2):
            withdraw_calls(made, reason="名单有误", by=dispatcher_he, at=later)
            run(later)
        made.refresh_from_db()
        assert made.stage == "withdrawn"
        states = dict(Case.objects.values_list("subject__name", "closure"))
        assert states.pop(firms[0].name) == "", "who was called is called to the end"
        assert set(states.values()) == {"cancelled"}
        with pytest.raises(Refusal, match="已经撤回"):
            open_calls(made, by=dispatcher_he, at=later)

    def test_a_remark_is_no_call(
        self, firms: list[Subject], dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        made = opened(firms[:2], dispatcher_he, at)
        said, called = (case_of(made, one) for one in firms[:2])
        comment(said, "下午再打", by=clerk_tan, at=at)
        withdraw_calls(made, reason="名单有误", by=dispatcher_he, at=at)
        record_call(called, {"call_result": "no_reply"}, by=clerk_tan, at=at)  # in the meantime
        run(at + timedelta(minutes=1))
        for case in (said, called):
            case.refresh_from_db()
        assert (said.closure, called.closure) == ("cancelled", "")
        assert {one.case: one.state for one in made.lines.all()} == {
            said: "cancelled",
            called: "opened",
        }

    def test_a_plan_is_discarded_with_its_numbers(
        self, east_firm: Subject, dispatcher_he: User, at: datetime
    ) -> None:
        lines = [Wanted(code=EAST_CODE, phone="13800000001")]
        made = plan_calls(PLAN, lines, by=dispatcher_he, at=at)
        withdraw_calls(made, reason="拟错", by=dispatcher_he, at=at)
        run(at)
        assert not PersonalValue.objects.filter(entry__verb="calls.plan").held().exists()
        assert {one.state for one in made.lines.all()} == {"withdrawn"}
        assert not Case.objects.exists()


class TestCalling:
    def test_each_result_is_an_act(
        self, firms: list[Subject], dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        made = opened(firms, dispatcher_he, at)
        again = (at + timedelta(hours=30)).isoformat()
        states = {}
        heard: list[dict[str, object]] = [
            HEARD,
            {"call_result": "refused"},
            {"call_result": "busy"},
            {"call_result": "wrong_number"},
            {"call_result": "later", "again_at": again},
            {"call_result": "answered", "record_agrees": False, "needs_help": False},
        ]
        for subject, answers in zip(firms, heard, strict=True):
            case = record_call(case_of(made, subject), answers, by=clerk_tan, at=at)
            states[answers["call_result"]] = (case.state, case.closure)
        assert states == {
            "answered": ("closed", "corrected"),
            "refused": ("closed", "declined"),
            "busy": ("redial", ""),
            "wrong_number": ("visit", ""),
            "later": ("redial", ""),
        }

    def test_a_call_without_answer_is_proposed_again_at_a_decent_time(
        self, firms: list[Subject], dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        made = opened(firms, dispatcher_he, at)
        evening = at + timedelta(hours=11, minutes=30)
        case = record_call(
            case_of(made, firms[0]), {"call_result": "no_reply"}, by=clerk_tan, at=evening
        )
        assert case.fields["again_at"] == "2020-02-04T09:00:00+08:00"
        assert case.due_at == datetime.fromisoformat("2020-02-04T09:00:00+08:00")

    def test_a_past_appointment_and_a_strange_result_are_refused(
        self, firms: list[Subject], dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        made = opened(firms, dispatcher_he, at)
        case = case_of(made, firms[0])
        wrong: list[tuple[dict[str, object], str]] = [
            ({"call_result": "later", "again_at": (at - timedelta(1)).isoformat()}, "again_at"),
            ({"call_result": "later", "again_at": "明天"}, "again_at"),
            ({"call_result": "later"}, "again_at"),
            ({"call_result": "maybe"}, "call_result"),
            ({}, "call_result"),
            ({"call_result": "answered"}, "record_agrees"),
        ]
        for bad, name in wrong:
            with pytest.raises(InvalidAnswers) as invalid:
                record_call(case, bad, by=clerk_tan, at=at)
            assert name in invalid.value.problems
        case.refresh_from_db()
        assert (case.state, case.revision) == ("waiting", 1)

    def test_a_second_entry_finds_its_way(
        self,
        firms: list[Subject],
        dispatcher_he: User,
        clerk_tan: User,
        clerk_tang: User,
        head_gu: User,
        at: datetime,
    ) -> None:
        given = CallPlan("核对", "您好", ["staff"], "urban", percent=100)
        made = opened(firms, dispatcher_he, at, given)
        same, differing = case_of(made, firms[0]), case_of(made, firms[1])
        for case in (same, differing):
            assert record_call(case, HEARD, by=clerk_tan, at=at).state == "recheck"
            with pytest.raises(Refusal, match="请由另一人办理"):
                record_call(case, HEARD, by=clerk_tan, at=at)
        assert record_call(same, HEARD, by=clerk_tang, at=at).closure == "confirmed"
        other = {**HEARD, "found": {"staff": 9}}
        differing = record_call(differing, other, by=clerk_tang, at=at)
        assert differing.state == "differing"
        with pytest.raises(NotNow, match="不用拨打"):
            record_call(differing, HEARD, by=clerk_tang, at=at)
        with pytest.raises(Denied):
            act(differing, "settle", {**other, "reason": "我说了算"}, by=clerk_tang, at=at)
        settled = act(differing, "settle", {**other, "reason": "核实"}, by=head_gu, at=at)
        assert settled.closure == "confirmed"

    def test_who_is_not_of_the_team_records_nothing(
        self, firms: list[Subject], dispatcher_he: User, clerk_pan: User, at: datetime
    ) -> None:
        made = opened(firms, dispatcher_he, at)
        case = case_of(made, firms[0])
        with pytest.raises(Denied):
            record_call(case, HEARD, by=clerk_pan, at=at)
        with pytest.raises(Denied):
            reveal(case.events.get(sequence=1), reason="看看", by=clerk_pan, at=at)


def test_ids_of_nobody_are_unknown(dispatcher_he: User, at: datetime) -> None:
    made = plan_calls(PLAN, [Wanted(UUID(int=7))], by=dispatcher_he, at=at)
    assert [one.why for one in made.lines.all()] == ["unknown"]
