"""Open cases move to a newer version by a state map: what has run stays run, and nobody's case is lost."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.models import Entry
from furong.apps.cases import reads
from furong.apps.cases.actions import (
    act,
    answer,
    ask,
    decide_exclusion,
    exclude,
    install_procedures,
    migrate,
    open_case,
    preview,
)
from furong.apps.cases.models import Case, ProcedureVersion, Telling
from furong.apps.directory.access import Denied
from furong.apps.directory.models import Organisation, User
from furong.packs import load
from tests.apps.cases.conftest import dispatch, run
from tests.apps.cases.machine import everything
from tests.apps.cases.versions import MAP, install_second, second_version
from tests.apps.cast import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everybody")]
HOUR = timedelta(hours=1)


@pytest.fixture
def second(folder: Path, district: object, at: datetime) -> ProcedureVersion:
    return install_second(folder, at)


@pytest.fixture
def handed_out(appeal: Case, dispatcher_he: User, at: datetime) -> Case:
    """To urban management, with the police as co-handler."""
    return dispatch(appeal, by=dispatcher_he, at=at, helpers=["police"])


def clocks(case: Case, at: datetime) -> dict[str, reads.Running]:
    return {one.name: one for one in reads.running(Case.objects.get(pk=case.pk), at)}


def test_a_preview_counts_and_writes_nothing(
    handed_out: Case, second: ProcedureVersion, at: datetime
) -> None:
    before = everything()
    made = preview(second, by="test", at=at + HOUR)
    assert everything() == before
    assert made.flows == {(1, "dispatched", "assigned"): 1}
    assert (made.total, made.movable, made.stays) == (1, 1, [])
    dues = {due.label: due for _case, found in made.shifts for due in found}
    resolve = dues["办结时限"]
    assert resolve.before is not None
    assert resolve.after is not None
    assert resolve.after - resolve.before == timedelta(hours=24)


def test_what_has_run_stays_run_under_the_new_limit(
    handed_out: Case, second: ProcedureVersion, at: datetime
) -> None:
    later = at + timedelta(minutes=50)
    before = clocks(handed_out, later)
    assert migrate(second, by="test", at=later).moved == 1
    after = clocks(handed_out, later)
    for was, now in (("resolve", "resolve"), ("contact", "reach"), ("sign", "sign"), ("help",) * 2):
        assert (before[was].counted, before[was].raw) == (after[now].counted, after[now].raw)
        assert after[now].running
    assert (str(after["resolve"].limit), str(after["reach"].limit)) == ("48h", "1h")
    assert after["reach"].due_at == at + HOUR
    assert after["resolve"].due_at == at + 48 * HOUR


def test_the_timeline_says_so_in_words(
    handed_out: Case, second: ProcedureVersion, owner_wang: User, at: datetime
) -> None:
    migrate(second, by="test", at=at + HOUR)
    case = Case.objects.get(pk=handed_out.pk)
    last = reads.timeline(case)[-1]
    said = dict(last.said)
    assert last.label == "办理流程换版"
    assert last.to_label == "已派单"
    assert said["版本"] == "办理流程第 1 版改为第 2 版"
    assert "改为" in said["办结时限"]
    labels = [one.label for one in reads.timeline(case)]
    assert labels == ["走访收集", "交办", "办理流程换版"]
    assert [one.label for one in reads.timeline(case, outside=True)] == ["走访收集", "交办"]
    first = dict(reads.timeline(case)[0].said)
    assert first["具体情况"] == "周边没有停车位，员工返岗停车难"  # the field has another name now
    assert case.fields["account_of_it"] == first["具体情况"]
    told = Telling.objects.get(case=case, told_at=None, event__act="migration")
    assert "第 2 版" in told.words


def test_twice_is_once(handed_out: Case, second: ProcedureVersion, at: datetime) -> None:
    migrate(second, by="test", at=at + HOUR)
    before = everything()
    again = migrate(second, by="test", at=at + 2 * HOUR)
    assert (again.moved, again.stays) == (0, ())
    assert everything() == before


def test_rungs_that_fell_do_not_fall_again(
    handed_out: Case, second: ProcedureVersion, at: datetime
) -> None:
    later = at + timedelta(hours=20)  # past 50 % and 80 % of 24 hours
    run(later)
    resolve = handed_out.clocks.get(name="resolve")
    assert set(resolve.steps.values_list("rung", flat=True)) == {"0:50%", "1:80%"}
    migrate(second, by="test", at=later)
    assert set(resolve.steps.values_list("rung", flat=True)) == {"0:50%", "2:80%"}
    said = Telling.objects.filter(case=handed_out, words__contains="时限已过半").count()
    run(at + timedelta(hours=40))  # past 70 % and 80 % of 48
    assert set(resolve.steps.values_list("rung", flat=True)) == {"0:50%", "1:70%", "2:80%"}
    assert Telling.objects.filter(words__contains="时限已过半").count() == said


def test_a_pending_request_goes_on_and_one_that_is_gone_is_withdrawn(
    handed_out: Case,
    second: ProcedureVersion,
    clerk_tan: User,
    dispatcher_he: User,
    files: list[str],
    at: datetime,
) -> None:
    given = {"return_ground": "duty", "clause": "职责清单无此项"}
    ask(handed_out, "return", given, by=clerk_tan, at=at + HOUR)
    transfer = {"unit": "police", "consent": files, "reason": "对方同意"}
    ask(handed_out, "transfer", transfer, by=clerk_tan, at=at + HOUR)
    before = clocks(handed_out, at + 1.5 * HOUR)["answer"].counted
    made = preview(second, by="test", at=at + 1.5 * HOUR)
    assert made.withdrawn == 1
    migrate(second, by="test", at=at + 1.5 * HOUR)
    case = Case.objects.get(pk=handed_out.pk)
    assert dict(reads.timeline(case)[-1].said)["随之撤销的请示"] == "转办"
    (pending,) = case.requests.pending()
    assert pending.name == "send_back"
    assert clocks(case, at + 1.5 * HOUR)["answer"].counted == before
    answer(pending, "granted", {"opinion": "同意"}, by=dispatcher_he, at=at + 1.6 * HOUR)
    case.refresh_from_db()
    assert case.state == "triage"


def test_what_was_asked_once_is_not_asked_again_under_a_new_name(
    handed_out: Case, second: ProcedureVersion, clerk_tan: User, dispatcher_he: User, at: datetime
) -> None:
    given = {"return_ground": "duty", "clause": "职责清单无此项"}
    asked = ask(handed_out, "return", given, by=clerk_tan, at=at + HOUR)
    answer(asked, "refused", {"opinion": "请办理"}, by=dispatcher_he, at=at + HOUR)
    migrate(second, by="test", at=at + HOUR)
    with pytest.raises(Refusal, match="本单位已经提过一次“退件”"):
        ask(handed_out, "send_back", given, by=clerk_tan, at=at + 1.1 * HOUR)


def test_a_migrated_case_is_worked_to_closure(
    handed_out: Case,
    second: ProcedureVersion,
    clerk_tan: User,
    clerk_pan: User,
    head_xu: User,
    liaison_li: User,
    at: datetime,
) -> None:
    migrate(second, by="test", at=at)
    case = handed_out
    act(case, "take", by=clerk_tan, at=at)
    given = {"contacted": True, "contacted_at": at.isoformat()}
    act(case, "contact", given, by=clerk_tan, at=at)
    reply = {"genuine": True, "in_remit": True, "solved": True, "account": "已划线", "answer": "好"}
    with pytest.raises(Refusal, match="还有协办单位未办结"):
        act(case, "reply", reply, by=clerk_tan, at=at)
    act(case, "help_done", {"words": "已配合"}, by=clerk_pan, at=at)
    act(case, "reply", reply, by=clerk_tan, at=at)
    act(case, "approve", {"answer": "已划线"}, by=head_xu, at=at)
    judged = {"confirmed_solved": True, "satisfaction": "satisfied"}
    act(case, "confirm", judged, by=liaison_li, at=at)
    case.refresh_from_db()
    assert (case.state, case.closure) == ("closed", "solved")


def test_a_suspended_case_comes_back_to_the_new_state(
    handed_out: Case, second: ProcedureVersion, clerk_tan: User, dispatcher_he: User, at: datetime
) -> None:
    act(handed_out, "sign", by=clerk_tan, at=at)
    given = {"contacted": True, "contacted_at": at.isoformat()}
    act(handed_out, "contact", given, by=clerk_tan, at=at)
    until = {"resume_at": (at + timedelta(days=9)).isoformat(), "reason": "待施工"}
    asked = ask(handed_out, "suspend", until, by=clerk_tan, at=at)
    answer(asked, "granted", {"opinion": "同意"}, by=dispatcher_he, at=at)
    migrate(second, by="test", at=at + HOUR)
    assert clocks(handed_out, at + HOUR)["resumption"].due_at == at + timedelta(days=9)
    run(at + timedelta(days=9))
    case = Case.objects.get(pk=handed_out.pk)
    assert case.state == "handling"
    assert clocks(case, at + timedelta(days=9))["resolve"].due_at == at + timedelta(days=11)


def test_units_that_the_new_version_has_no_place_for_are_let_go(
    folder: Path, handed_out: Case, at: datetime
) -> None:
    second = install_second(folder, at, assignments={"helper": "dropped"})
    migrate(second, by="test", at=at + HOUR)
    case = Case.objects.get(pk=handed_out.pk)
    assert dict(reads.timeline(case)[-1].said)["不再承办的单位"] == "公安分局"
    assert "help" not in clocks(case, at + HOUR)


def test_a_closed_case_stays_until_it_is_opened_again(
    handed_out: Case, second: ProcedureVersion, owner_wang: User, at: datetime
) -> None:
    act(handed_out, "withdraw", {"reason": "自行解决"}, by=owner_wang, at=at)
    before = everything()
    assert migrate(second, by="test", at=at + HOUR).moved == 0
    assert everything() == before


def test_a_case_that_nobody_would_hold_stays_under_its_version(
    folder: Path, handed_out: Case, liaison_li: User, at: datetime
) -> None:
    undispatched = open_another(handed_out, liaison_li, at)
    second = install_second(folder, at, states={**MAP["states"], "triage": "handling"})
    result = migrate(second, by="test", at=at + HOUR)
    assert result.moved == 1
    (stays,) = result.stays
    assert stays.case.pk == undispatched.pk
    assert stays.why == "新版的“办理中”由承办单位经办人办理，本件还没有承办单位"
    assert preview(second, by="test", at=at + HOUR).stays[0].why == stays.why
    undispatched.refresh_from_db()
    assert undispatched.procedure.version == 1


def test_an_extension_that_was_granted_stays(
    handed_out: Case, second: ProcedureVersion, clerk_tan: User, dispatcher_he: User, at: datetime
) -> None:
    until = at + timedelta(hours=30)
    given = {"until": until.isoformat(), "reason": "设备在途"}
    asked = ask(handed_out, "extend", given, by=clerk_tan, at=at)
    answer(asked, "granted", {"opinion": "同意"}, by=dispatcher_he, at=at)
    migrate(second, by="test", at=at + HOUR)
    assert clocks(handed_out, at + HOUR)["resolve"].due_at == until


def test_only_who_may_migrates(
    handed_out: Case, second: ProcedureVersion, dispatcher_he: User, at: datetime
) -> None:
    with pytest.raises(Denied):
        migrate(second, by=dispatcher_he, at=at)
    with pytest.raises(Denied):
        preview(second, by=dispatcher_he, at=at)
    admin = person("admin", "管理员", "administrator", at=at)
    assert migrate(second, by=admin, at=at).moved == 1
    journal.seal(at=at)
    assert not journal.verify().findings
    verbs = Entry.objects.filter(actor_id=admin.pk).values_list("verb", flat=True)
    assert sorted(verbs) == ["case.migrate", "procedure.migrate"]


def test_a_run_that_breaks_off_is_taken_up_again(
    folder: Path, handed_out: Case, liaison_li: User, at: datetime
) -> None:
    open_another(handed_out, liaison_li, at)
    second = install_second(folder, at)

    def break_off(done: int, _of: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(second, by="test", at=at + HOUR, told=break_off)
    assert Case.objects.filter(procedure=second).count() == 1
    assert migrate(second, by="test", at=at + HOUR).moved == 1


def test_figures_of_a_time_before_know_the_old_states(
    handed_out: Case, second: ProcedureVersion, at: datetime
) -> None:
    migrate(second, by="test", at=at + HOUR)
    before = reads.figures("appeal", by="state", at=at + HOUR / 2)
    after = reads.figures("appeal", by="state", at=at + HOUR)
    assert [*before] == ["dispatched"]
    assert [*after] == ["assigned"]


def test_a_return_is_counted_whatever_the_new_version_calls_it(
    handed_out: Case, second: ProcedureVersion, clerk_tan: User, dispatcher_he: User, at: datetime
) -> None:
    migrate(second, by="test", at=at + HOUR)
    given = {"return_ground": "duty", "clause": "职责清单无此项"}
    asked = ask(handed_out, "send_back", given, by=clerk_tan, at=at + HOUR)
    assert reads.figures("appeal", at=at + HOUR)[""].returned == 0
    answer(asked, "granted", {"opinion": "同意"}, by=dispatcher_he, at=at + 2 * HOUR)
    assert reads.figures("appeal", at=at + HOUR)[""].returned == 0
    assert reads.figures("appeal", at=at + 2 * HOUR)[""].returned == 1


def test_figures_of_a_time_before_know_the_old_limits(
    handed_out: Case, second: ProcedureVersion, clerk_tan: User, at: datetime
) -> None:
    """The first contact came within the old two hours, and not within one, which the new one allows."""
    act(handed_out, "sign", by=clerk_tan, at=at + HOUR)
    given = {"contacted": True, "contacted_at": (at + 1.5 * HOUR).isoformat()}
    act(handed_out, "contact", given, by=clerk_tan, at=at + 1.5 * HOUR)
    then = at + 30 * HOUR  # past the 24 hours of the old version, within the 48 of the new one
    before = reads.figures("appeal", at=then)
    assert migrate(second, by="test", at=then + HOUR).moved == 1
    assert reads.figures("appeal", at=then) == before
    (told,) = before.values()
    assert (told.on_time["contact"].hit, told.on_time["resolve"].hit, told.overdue) == (1, 0, 1)
    (now,) = reads.figures("appeal", at=then + HOUR).values()
    assert "contact" not in now.on_time
    assert now.on_time["reach"].hit == 1, "in time by what held then"
    assert (now.on_time["resolve"].missing, now.overdue) == (1, 0)


def test_what_was_taken_out_of_a_rate_stays_out_under_its_new_name(
    appeal: Case,
    folder: Path,
    dispatcher_he: User,
    clerk_tan: User,
    supervisor_du: User,
    at: datetime,
) -> None:
    dispatch(appeal, by=dispatcher_he, at=at)
    proof = store(b"three calls", name="联系记录.txt", by=clerk_tan, at=at)
    asked = exclude(
        appeal,
        Organisation.objects.get(code="urban"),
        rate="contact",
        ground="no_contact",
        words="三次无人接听",
        files=[proof],
        by=clerk_tan,
        at=at,
    )
    decide_exclusion(asked, granted=True, reason="属实", by=supervisor_du, at=at)
    assert migrate(install_second(folder, at), by="test", at=at + HOUR).moved == 1
    for by in ("all", "unit"):
        for when, rate in ((at, "contact"), (at + HOUR, "reach")):
            (told,) = reads.figures("appeal", by=by, at=when).values()
            assert told.on_time[rate].taken_out == 1, (by, rate)
            (row,) = reads.behind(
                "appeal", rate, by=by, name="urban" if by == "unit" else "", at=when
            )
            assert row.out == (asked.pk,)


def test_the_installed_version_is_the_one_that_the_map_was_written_for(
    folder: Path, district: object, at: datetime
) -> None:
    second_version(folder)
    earlier = folder / "earlier/appeal-1.yaml"
    earlier.write_text(
        earlier.read_text("utf-8").replace("title: 企业诉求", "title: 诉求"), "utf-8"
    )
    with pytest.raises(Refusal, match=r"earlier/appeal-1\.yaml 与已安装的 appeal 第 1 版不同"):
        install_procedures(load(folder), by="test", at=at)


def open_another(appeal: Case, by: User, at: datetime) -> Case:
    """Another appeal of the same firm."""
    answers = {"title": "招工难"}
    return open_case("appeal", "collect", subject=appeal.subject, answers=answers, by=by, at=at)


@pytest.fixture
def files(clerk_tan: User, at: datetime) -> list[str]:
    return [str(store(b"agreed", name="同意函.txt", by=clerk_tan, at=at).pk)]
