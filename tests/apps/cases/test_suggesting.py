"""The desk is told what a case may be about, whose job it may be and which cases are like it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from furong.apps.base.models import Timer
from furong.apps.cases.actions import act, open_case
from furong.apps.cases.models import Case
from furong.apps.cases.suggesting import (
    TIMER,
    begin,
    forget,
    refit,
    refit_by_timer,
    suggest,
)
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import dispatch

pytestmark = pytest.mark.usefixtures("everybody")


@pytest.fixture(autouse=True)
def model_file(settings: Settings, tmp_path: Path) -> Path:
    file = tmp_path / "triage/model.npz"
    settings.FURONG_TRIAGE = str(file)
    forget()
    return file


def collected(firm: Subject, title: str, *, by: User, at: datetime) -> Case:
    return open_case("appeal", "collect", subject=firm, answers={"title": title}, by=by, at=at)


def test_words_alone_order_the_categories_on_the_first_day(
    dispatcher_he: User, at: datetime
) -> None:
    found = suggest("员工停车没有车位", "", user=dispatcher_he, at=at)
    assert found is not None
    assert found.category.ranked[0].id == "traffic"
    assert found.category.category == "待人工判定", "words order, they do not decide"
    assert (found.learned, found.problem) == (0, None)


def test_what_people_do_counts_from_the_next_case_on(
    east_firm: Subject, liaison_li: User, dispatcher_he: User, at: datetime
) -> None:
    def first(title: str) -> str:
        found = suggest(title, "", user=dispatcher_he, at=at)
        assert found is not None
        return found.category.ranked[0].id

    title = "门前路灯夜里不亮"
    for _n in range(4):
        case = collected(east_firm, title, by=liaison_li, at=at)
        dispatch(case, by=dispatcher_he, at=at, appeal_category="project", lead="police")
    assert first("路灯夜里不亮") == "project"
    found = suggest(title, "", category="project", user=dispatcher_he, at=at)
    assert found is not None
    assert [(one.organisation, one.before) for one in found.departments] == [("police", 4)]


def test_whose_job_it_is_is_learned_from_the_words_of_what_was_handed_out(
    east_firm: Subject, liaison_li: User, dispatcher_he: User, at: datetime
) -> None:
    def units() -> list[str]:
        found = suggest("井盖响", "", category="catering", user=dispatcher_he, at=at)
        assert found is not None
        return [one.organisation for one in found.departments]

    before = units()
    for _n in range(5):
        case = collected(east_firm, "门口井盖松动，过车就响", by=liaison_li, at=at)
        dispatch(case, by=dispatcher_he, at=at, appeal_category="project", lead="police")
    assert "police" not in before, "its duties are none of catering"
    assert units()[0] == "police"


def test_open_cases_like_it_are_shown_to_who_may_see_them(
    east_firm: Subject,
    west_firm: Subject,
    liaison_li: User,
    dispatcher_he: User,
    clerk_deng: User,
    at: datetime,
) -> None:
    near = collected(east_firm, "周边停车位不足，员工停车难", by=liaison_li, at=at)
    far = open_case(
        "appeal", "relay", subject=west_firm,
        answers={"title": "员工停车难，停车位不足", "external_number": "1"},
        by=dispatcher_he, at=at,
    )  # fmt: skip
    gone = collected(east_firm, "停车位不足", by=liaison_li, at=at)
    act(
        gone,
        "refuse",
        {"reason": "重复", "where_to": "见前件"},
        closure="not_accepted",
        by=dispatcher_he,
        at=at,
    )

    def alike(user: User) -> set[str]:
        found = suggest("停车位不足", "员工停车难", user=user, at=at)
        assert found is not None
        return {case.number for case, _why in found.alike}

    assert alike(dispatcher_he) == {near.number, far.number}
    assert alike(clerk_deng) == set(), "a unit sees the cases that it holds"


def test_the_night_refits_and_a_broken_file_is_told_of(
    east_firm: Subject,
    liaison_li: User,
    dispatcher_he: User,
    at: datetime,
    model_file: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert refit(at=at) == 0, "too few to hold any back"
    titles = {
        "loan": "银行贷款到期要续贷",
        "catering": "员工中午没有地方吃饭",
        "traffic": "停车位不够",
    }
    for n in range(10):
        for category, title in titles.items():
            case = collected(east_firm, f"{title} {n}", by=liaison_li, at=at)
            dispatch(case, by=dispatcher_he, at=at, appeal_category=category)
    assert refit(at=at + timedelta(hours=1)) == 30
    found = suggest("贷款续贷", "", user=dispatcher_he, at=at)
    assert found is not None
    assert (found.category.ranked[0].id, found.learned) == ("loan", 30)
    units_file = model_file.with_suffix(".units.npz")
    kept = units_file.read_bytes()
    units_file.unlink()
    forget()
    found = suggest("贷款续贷", "", user=dispatcher_he, at=at)
    assert found is not None
    assert (found.learned, found.problem) == (30, None), "it comes with the night"
    units_file.write_bytes(kept[:200])
    forget()
    found = suggest("贷款续贷", "", user=dispatcher_he, at=at)
    assert found is not None
    assert found.learned == 30, "what is whole goes on"
    assert found.problem is not None
    assert "承办单位的模型" in str(found.problem)
    units_file.write_bytes(kept)
    forget()
    model_file.write_bytes(model_file.read_bytes()[:200])
    found = suggest("贷款续贷", "", user=dispatcher_he, at=at)
    assert found is not None
    assert found.problem is not None
    assert "暂按类别词语判别" in str(found.problem)
    begin(at)
    night = Timer.objects.get(name=TIMER)
    with django_capture_on_commit_callbacks() as after_the_turn:
        refit_by_timer(night, night.due_at)
    assert Timer.objects.get(name=TIMER).due_at == night.due_at + timedelta(days=1)
    for fit in after_the_turn:  # nobody waits for it to write
        fit()
    found = suggest("贷款续贷", "", user=dispatcher_he, at=at)
    assert found is not None
    assert (found.learned, found.problem) == (30, None)
