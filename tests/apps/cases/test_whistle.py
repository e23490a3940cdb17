"""A whistle is blown, the leader reports: delivered with the morning list, answered, counted."""

from datetime import datetime, timedelta

import pytest

from furong.apps.base.files import store
from furong.apps.cases import lists
from furong.apps.cases.actions import act, answer, ask, open_case
from furong.apps.cases.models import Case, Clock, Handover, Issued, Request
from furong.apps.cases.reads import figures, possible, timeline
from furong.apps.directory.access import Denied
from furong.apps.directory.models import Membership, Organisation, User
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.cases.conftest import dispatch, on, run

pytestmark = pytest.mark.usefixtures("everybody")

PNG = b"\x89PNG\r\n\x1a\n" + bytes.fromhex(
    "0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def at() -> datetime:
    """A Tuesday afternoon on which a problem is collected."""
    return on(18, 15)


@pytest.fixture
def whistled(district: Pack, appeal: Case, liaison_li: User, at: datetime) -> Request:
    lists.begin(at)
    return ask(appeal, "whistle", {"matter": "请区领导协调车库"}, by=liaison_li, at=at)


def test_it_waits_for_the_list_and_its_clock_starts_at_delivery(
    whistled: Request, leader_zhao: User
) -> None:
    assert whistled.delivered_at is None
    assert not Clock.objects.filter(request=whistled).exists()
    run(on(19, 7, 29))
    assert not Handover.objects.exists()
    run(on(19, 7, 30))
    handed = Handover.objects.get(person=leader_zhao)
    assert [(line.why, line.case_id) for line in handed.lines.all()] == [
        ("asked", whistled.case_id)
    ]
    whistled.refresh_from_db()
    assert whistled.delivered_at == on(19, 7, 30)
    clock = Clock.objects.get(request=whistled)
    assert (clock.running, clock.due_at) == (True, on(20)), "by the end of the day"


def test_what_was_collected_after_the_cut_waits_for_the_next_day(
    district: Pack, east_firm: Subject, liaison_li: User, leader_zhao: User
) -> None:
    late = on(19, 0, 10)
    lists.begin(on(18, 15))
    case = open_case(
        "appeal",
        "collect",
        subject=east_firm,
        answers={"title": "夜里的事"},
        by=liaison_li,
        at=late,
    )
    ask(case, "whistle", {"matter": "请协调"}, by=liaison_li, at=late)
    run(on(19, 7, 30))
    assert Request.objects.get().delivered_at is None
    run(on(20, 7, 30))
    assert Request.objects.get().delivered_at == on(20, 7, 30)


def test_an_urgent_one_is_before_the_leader_at_once(
    east_firm: Subject, liaison_li: User, at: datetime
) -> None:
    case = open_case(
        "appeal", "collect", subject=east_firm, kind="urgent",
        answers={"title": "停水"}, by=liaison_li, at=at,
    )  # fmt: skip
    asked = ask(case, "whistle", {"matter": "请协调"}, by=liaison_li, at=at)
    assert asked.delivered_at == at
    assert Clock.objects.get(request=asked).due_at == at + timedelta(minutes=30)


def test_the_leader_assigns_by_instruction(
    whistled: Request, leader_zhao: User, clerk_tan: User, owner_wang: User
) -> None:
    run(on(19, 7, 30))
    at = on(19, 8)
    case = answer(
        whistled,
        "assigned",
        {
            "report_mode": "video",
            "reported_at": on(19, 7, 55).isoformat(),
            "words": "城管牵头，公安配合，两日内落实",
            "class": "complex",
            "lead": "urban",
            "helpers": ["police"],
            "due_at": on(21, 8).isoformat(),
        },
        by=leader_zhao,
        at=at,
    )
    assert case.state == "dispatched"
    lead = case.assignments.get(kind="lead")
    assert (lead.organisation.code, lead.authority, lead.final) == ("urban", "instruction", True)
    assert Clock.objects.get(case=case, name="resolve").due_at == on(21, 8)
    paper = Issued.objects.get(case=case)
    assert paper.number == "ZL20200001"
    assert paper.shown["批示或指令"] == "城管牵头，公安配合，两日内落实"
    with pytest.raises(Exception, match="由终裁或区领导交办，不再退单"):
        ask(case, "return", {"return_ground": "duty", "clause": "无"}, by=clerk_tan, at=at)
    seen = [told.label for told in timeline(case, outside=True)]
    assert "区领导已阅办" in seen
    said = [words for told in timeline(case, outside=True) for _label, words in told.said]
    assert not any("城管牵头" in words for words in said), "never the text"
    assert figures("appeal", at=at)[""].on_time["report"].hit == 1


def test_a_leader_who_makes_it_urgent_is_judged_by_the_limit_that_ran(
    whistled: Request, leader_zhao: User
) -> None:
    """Three hours after the list, on the same day: in time, whatever class the answer gives it."""
    run(on(19, 7, 30))
    told = {"report_mode": "on_site", "reported_at": on(19, 10).isoformat(), "words": "即办"}
    answer(
        whistled, "assigned", {**told, "class": "urgent", "lead": "urban"},
        by=leader_zhao, at=on(19, 10, 30),
    )  # fmt: skip
    report = Clock.objects.get(request=whistled)
    assert (report.running, report.length) == (False, "end_of_day")
    assert figures("appeal", at=on(19, 11))[""].on_time["report"].hit == 1
    resolve = Clock.objects.get(case=whistled.case_id, name="resolve")
    assert resolve.due_at == on(19, 12, 30), "what begins is urgent"


def test_a_task_force_holds_the_case_until_its_end(
    whistled: Request, leader_zhao: User, clerk_tan: User, clerk_pan: User
) -> None:
    run(on(19, 7, 30))
    at = on(19, 9)
    case = answer(
        whistled,
        "task_force",
        {
            "report_mode": "on_site",
            "reported_at": at.isoformat(),
            "words": "成立停车专班",
            "name": "停车专班",
            "convenor": str(clerk_tan.pk),
            "members": [str(clerk_pan.pk)],
            "until": on(28, 18).isoformat(),
        },
        by=leader_zhao,
        at=at,
    )
    force = Organisation.objects.get(kind="task_force")
    assert case.assignments.get(kind="lead").organisation == force
    assert Membership.objects.filter(organisation=force).count() == 2
    case = act(case, "sign", by=clerk_pan, at=at)
    assert case.state == "signed"
    with pytest.raises(Denied):
        act(case, "contact", {"contacted": True}, by=clerk_pan, at=on(28, 18))


def test_only_a_leader_reports_and_supervision_enters_it_from_paper(
    whistled: Request, leader_zhao: User, supervisor_du: User, clerk_tan: User
) -> None:
    run(on(19, 7, 30))
    at = on(19, 10)
    words = {
        "report_mode": "written",
        "reported_at": on(19, 9, 30).isoformat(),
        "words": "请城管局办理",
        "class": "general",
        "lead": "urban",
    }
    with pytest.raises(Denied):
        answer(whistled, "assigned", words, by=clerk_tan, at=at)
    with pytest.raises(Exception, match="请填写“现场照片或批示原件”"):
        answer(whistled, "assigned", words, decided_by=leader_zhao, by=supervisor_du, at=at)
    scan = store(PNG, name="批示.png", by=supervisor_du, at=at)
    offered = [one for one in possible(whistled.case, supervisor_du, at) if one.kind == "answer"]
    assert {one.name for one in offered if one.proxy} == {"on_the_spot", "assigned", "task_force"}
    case = answer(
        whistled,
        "assigned",
        {**words, "scan": [scan]},
        decided_by=leader_zhao,
        by=supervisor_du,
        at=at,
    )
    told = next(one for one in timeline(case) if one.label == "吹哨：交办")
    assert told.who == "赵区长（杜督查代录）"
    assert [file.name for file in told.files] == ["批示.png"]


def test_nobody_reports_and_it_is_seen(whistled: Request, leader_zhao: User) -> None:
    run(on(19, 7, 30))
    run(on(20, 0, 1))
    rate = figures("appeal", at=on(20, 1))[""].on_time["report"]
    assert (rate.of, rate.hit) == (1, 0)
    whistled.refresh_from_db()
    assert whistled.settled_at is None, "it stays open until somebody reports"


def test_a_list_is_handed_over_once_and_read_by_its_person(
    whistled: Request, leader_zhao: User, supervisor_du: User
) -> None:
    run(on(19, 7, 30))
    handed = Handover.objects.get()
    with pytest.raises(Denied):
        lists.mark_list_read(handed, by=supervisor_du, at=on(19, 8))
    read = lists.mark_list_read(handed, by=leader_zhao, at=on(19, 8))
    again = lists.mark_list_read(handed, by=leader_zhao, at=on(19, 9))
    assert (read.read_at, again.read_at) == (on(19, 8), on(19, 8))
    run(on(20, 7, 30))
    assert Handover.objects.filter(person=leader_zhao).count() == 2


def test_a_dispatched_case_and_its_whistle_go_on_side_by_side(
    whistled: Request, dispatcher_he: User
) -> None:
    case = dispatch(whistled.case, by=dispatcher_he, at=on(18, 16))
    whistled.refresh_from_db()
    assert (case.state, whistled.settled_at) == ("dispatched", None)
