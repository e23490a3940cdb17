"""From the author's desk to the public: reviews by others, issue, and the end of a policy."""

import threading
import time
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User
from furong.apps.policies.actions import (
    Finding,
    Unready,
    Unseen,
    apply_for,
    decide_application,
    decide_without_application,
    issue_draft,
    open_draft,
    recall_draft,
    repeal_policy,
    review_draft,
    save_draft,
    submit_draft,
)
from furong.apps.policies.models import Application, Draft, Opinion, Policy, PolicyVersion
from furong.apps.policies.reads import judgement_of, library, text_of, versions_of
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from tests.apps.base.together import together
from tests.apps.policies.test_applying import ruling
from tests.apps.policies.test_drafting import DEFINITION, DOCUMENT

PASSED = Finding(passed=True, unit="区司法局", number="纪要〔2020〕3 号")


@pytest.fixture
def written(policy_sun: User, at: datetime) -> Draft:
    """A sound draft of a new policy."""
    draft = open_draft("T09", by=policy_sun, at=at)
    return save_draft(
        draft, document=DOCUMENT, definition=DEFINITION, revision=1, by=policy_sun, at=at
    )


@pytest.fixture
def approved(written: Draft, policy_sun: User, reviewer_wu: User, at: datetime) -> Draft:
    """The same draft, with all three reviews passed."""
    draft = submit_draft(written, revision=written.revision, by=policy_sun, at=at)
    for _stage in range(3):
        draft = review_draft(
            draft, PASSED, stage=draft.stage, revision=draft.revision, by=reviewer_wu, at=at
        )
    return draft


def revise(by: User, reviewer: User, at: datetime, *, start: date) -> PolicyVersion:
    """T03's second version, from a day on."""
    draft = open_draft("T03", by=by, at=at)
    definition = {**draft.definition, "valid": {"from": start.isoformat()}}
    draft = save_draft(
        draft,
        document={**DOCUMENT, "title": "修订通知"},
        definition=definition,
        revision=1,
        by=by,
        at=at,
    )
    draft = submit_draft(draft, revision=draft.revision, by=by, at=at)
    for _stage in range(3):
        draft = review_draft(
            draft, PASSED, stage=draft.stage, revision=draft.revision, by=reviewer, at=at
        )
    return issue_draft(draft, number="区发〔2020〕9 号", issued=at.date(), by=by, at=at)


def test_the_reviews_come_in_their_order(
    written: Draft, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    draft = submit_draft(written, revision=written.revision, by=policy_sun, at=at)
    seen = [draft.stage]
    for _stage in range(3):
        draft = review_draft(
            draft, PASSED, stage=draft.stage, revision=draft.revision, by=reviewer_wu, at=at
        )
        seen.append(draft.stage)
    assert seen == ["legality", "competition", "deliberation", "approved"]
    assert [one.outcome for one in Opinion.objects.all()] == ["passed"] * 3


def test_what_a_superior_issued_is_checked_against_its_source_and_entered(
    policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    draft = open_draft("T09", by=policy_sun, at=at)
    superior = {**DOCUMENT, "level": "national", "jurisdiction": ""}
    draft = save_draft(
        draft, document=superior, definition=DEFINITION, revision=1, by=policy_sun, at=at
    )
    draft = submit_draft(draft, revision=draft.revision, by=policy_sun, at=at)
    assert draft.stage == "checking"
    checked = Finding(passed=True, unit="政策落地办")
    draft = review_draft(
        draft, checked, stage=draft.stage, revision=draft.revision, by=reviewer_wu, at=at
    )
    version = issue_draft(
        draft, number="财税〔2020〕8号", issued=date(2020, 2, 1), by=policy_sun, at=at
    )
    assert version.document.level == "national"


@pytest.mark.parametrize("level", ["national", "provincial", "city"])
def test_what_is_in_force_here_alone_passes_the_three_reviews_whatever_level_it_claims(
    level: str, policy_sun: User, at: datetime
) -> None:
    draft = open_draft("T09", by=policy_sun, at=at)
    claimed = {**DOCUMENT, "level": level}
    draft = save_draft(
        draft, document=claimed, definition=DEFINITION, revision=1, by=policy_sun, at=at
    )
    assert [*draft.reviews] == ["legality", "competition", "deliberation"]
    with pytest.raises(Unready, match="层级与适用地区 990101 不一致"):
        submit_draft(draft, revision=draft.revision, by=policy_sun, at=at)


def test_what_the_district_issued_is_revised_as_its_own(
    policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    revise(policy_sun, reviewer_wu, at, start=at.date() + timedelta(1))
    draft = open_draft("T03", by=policy_sun, at=at)
    superior = {**draft.document, "level": "national", "jurisdiction": ""}
    draft = save_draft(
        draft,
        document=superior,
        definition=draft.definition,
        revision=1,
        by=policy_sun,
        at=at,
    )
    assert len(draft.reviews) == 3


def test_an_unfinished_draft_is_not_sent_and_the_answer_says_what_is_missing(
    policy_sun: User, at: datetime
) -> None:
    draft = open_draft("T09", by=policy_sun, at=at)
    with pytest.raises(Unready, match="T09@1 还有") as unready:
        submit_draft(draft, revision=draft.revision, by=policy_sun, at=at)
    assert "title" in {remark.path for remark in unready.value.examined.remarks}
    assert Draft.objects.get().stage == "drafting"


def test_nobody_reviews_what_they_wrote(written: Draft, policy_sun: User, at: datetime) -> None:
    from furong.apps.directory.actions import grant

    grant(policy_sun, "policy_reviewer", source="任命", by="test", at=at)
    draft = submit_draft(written, revision=written.revision, by=policy_sun, at=at)
    with pytest.raises(Refusal, match="不能审查自己起草的内容"):
        review_draft(draft, PASSED, stage="legality", revision=draft.revision, by=policy_sun, at=at)


def test_what_a_reviewer_passes_is_what_they_read(
    written: Draft, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    """Recalled, changed and sent again meanwhile, it stands at the same review with another text."""
    seen = submit_draft(written, revision=written.revision, by=policy_sun, at=at)
    draft = recall_draft(seen, reason="金额有误", by=policy_sun, at=at)
    draft = save_draft(
        draft,
        document=DOCUMENT,
        definition={**DEFINITION, "summary": "另一种写法"},
        revision=draft.revision,
        by=policy_sun,
        at=at,
    )
    submit_draft(draft, revision=draft.revision, by=policy_sun, at=at)
    with pytest.raises(Unseen, match="内容已改为第 3 次修改，请核对后再填"):
        review_draft(seen, PASSED, stage="legality", revision=seen.revision, by=reviewer_wu, at=at)
    assert not Opinion.objects.exists()


def test_what_is_sent_to_review_is_what_its_author_saw(
    written: Draft, policy_sun: User, at: datetime
) -> None:
    with pytest.raises(Unseen):
        submit_draft(written, revision=written.revision - 1, by=policy_sun, at=at)
    assert Draft.objects.get().stage == "drafting"


LONG = "一" * 2001


@pytest.mark.parametrize("field", ["unit", "number", "text"])
def test_an_opinion_too_long_for_its_field_is_refused_by_name(
    field: str, written: Draft, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    draft = submit_draft(written, revision=written.revision, by=policy_sun, at=at)
    named = {"unit": "审查单位", "number": "文号", "text": "意见"}[field]
    with pytest.raises(Refusal, match=f"“{named}”有 2001 字，最多"):
        review_draft(
            draft,
            replace(PASSED, **{field: LONG}),  # type: ignore[arg-type] # a text field
            stage="legality",
            revision=draft.revision,
            by=reviewer_wu,
            at=at,
        )


def test_numbers_and_reasons_too_long_for_their_fields_are_refused(
    approved: Draft, policy_sun: User, at: datetime
) -> None:
    with pytest.raises(Refusal, match="“文号”有 2001 字，最多 100 字"):
        issue_draft(approved, number=LONG, issued=at.date(), by=policy_sun, at=at)
    policy = Policy.objects.get(code="T03")
    for number, reason in ((LONG, "到期"), ("1 号", LONG)):
        with pytest.raises(Refusal, match="有 2001 字，最多"):
            repeal_policy(
                policy, last_day=at.date(), number=number, reason=reason, by=policy_sun, at=at
            )
    with pytest.raises(Refusal, match="“撤回理由”"):
        recall_draft(approved, reason=LONG, by=policy_sun, at=at)


def test_signs_that_nobody_sees_are_not_kept_of_an_opinion(
    written: Draft, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    draft = submit_draft(written, revision=written.revision, by=policy_sun, at=at)
    finding = Finding(passed=True, unit="区\x00司法局", text="同意\u202e")
    review_draft(draft, finding, stage="legality", revision=draft.revision, by=reviewer_wu, at=at)
    held = Opinion.objects.get()
    assert (held.unit, held.text) == ("区 司法局", "同意")


def test_only_a_reviewer_reviews(written: Draft, policy_sun: User, at: datetime) -> None:
    draft = submit_draft(written, revision=written.revision, by=policy_sun, at=at)
    with pytest.raises(Denied):
        review_draft(draft, PASSED, stage="legality", revision=draft.revision, by=policy_sun, at=at)


def test_a_draft_sent_back_begins_its_reviews_anew(
    written: Draft, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    draft = submit_draft(written, revision=written.revision, by=policy_sun, at=at)
    draft = review_draft(
        draft, PASSED, stage="legality", revision=draft.revision, by=reviewer_wu, at=at
    )
    with pytest.raises(Refusal, match="须写明理由"):
        review_draft(
            draft,
            Finding(passed=False, unit="市场监管局"),
            stage=draft.stage,
            revision=draft.revision,
            by=reviewer_wu,
            at=at,
        )
    returned = Finding(passed=False, unit="市场监管局", text="限定本地注册，须说明理由")
    draft = review_draft(
        draft, returned, stage=draft.stage, revision=draft.revision, by=reviewer_wu, at=at
    )
    assert draft.stage == "drafting"
    assert submit_draft(draft, revision=draft.revision, by=policy_sun, at=at).stage == "legality"


def test_an_opinion_on_a_stage_that_is_over_is_not_entered(
    written: Draft, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    draft = submit_draft(written, revision=written.revision, by=policy_sun, at=at)
    review_draft(draft, PASSED, stage="legality", revision=draft.revision, by=reviewer_wu, at=at)
    with pytest.raises(Refusal, match="公平竞争审查"):
        review_draft(
            draft, PASSED, stage="legality", revision=draft.revision, by=reviewer_wu, at=at
        )
    assert Opinion.objects.count() == 1


def test_deliberation_passes_with_its_minutes(
    written: Draft, policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    draft = submit_draft(written, revision=written.revision, by=policy_sun, at=at)
    for _stage in range(2):
        draft = review_draft(
            draft, PASSED, stage=draft.stage, revision=draft.revision, by=reviewer_wu, at=at
        )
    with pytest.raises(Refusal, match="会议纪要"):
        review_draft(
            draft,
            Finding(passed=True, unit="区政府常务会议"),
            stage=draft.stage,
            revision=draft.revision,
            by=reviewer_wu,
            at=at,
        )


def test_under_review_the_words_stand_still_until_they_are_taken_back(
    written: Draft, policy_sun: User, at: datetime
) -> None:
    draft = submit_draft(written, revision=written.revision, by=policy_sun, at=at)

    def change() -> Draft:
        return save_draft(
            draft,
            document=DOCUMENT,
            definition={**DEFINITION, "title": "改"},
            revision=2,
            by=policy_sun,
            at=at,
        )

    with pytest.raises(Refusal, match="请先撤回"):
        change()
    recall_draft(draft, reason="漏了一条", by=policy_sun, at=at)
    assert change().title == "改"


def end_early(by: User, at: datetime, *, finish: bool, days: int = 3) -> None:
    repeal_policy(
        Policy.objects.get(code="T03"),
        last_day=at.date() + timedelta(days),
        number="区发 9 号",
        reason="到期",
        finish=finish,
        by=by,
        at=at,
    )


@pytest.mark.parametrize("finish", [True, False])
def test_what_is_applied_for_before_the_end_is_granted_after_it_only_where_the_repeal_says_so(
    finish: bool,
    policy_sun: User,
    clerk_chen: User,
    owner_wang: User,
    east_firm: Subject,
    at: datetime,
) -> None:
    state_facts(east_firm, {"resumed": True}, source="statistics", by="test", at=at)
    end_early(policy_sun, at, finish=finish)
    one = apply_for(east_firm, "T03", by=owner_wang, at=at).application
    after = at + timedelta(10)
    if finish:
        assert decide_application(one, ruling(after), by=clerk_chen, at=after)
        return
    with pytest.raises(Refusal, match="此后不能再同意"):
        decide_application(one, ruling(after), by=clerk_chen, at=after)
    words = {"granted": False, "amount": None, "reason": "政策已废止", "document": "区发 9 号"}
    assert decide_application(one, ruling(after, **words), by=clerk_chen, at=after)


@pytest.mark.parametrize("finish", [True, False])
def test_after_the_end_of_a_repealed_policy_nothing_new_is_taken_in_or_granted(
    finish: bool,
    policy_sun: User,
    clerk_chen: User,
    owner_wang: User,
    east_firm: Subject,
    at: datetime,
) -> None:
    state_facts(east_firm, {"resumed": True}, source="statistics", by="test", at=at)
    end_early(policy_sun, at, finish=finish)
    after = at + timedelta(10)
    with pytest.raises(Refusal, match="已废止，最后施行之日是 2020-02-06，不再受理"):
        apply_for(east_firm, "T03", by=owner_wang, at=after)
    with pytest.raises(Refusal, match="此后不能再同意"):
        decide_without_application(east_firm, "T03", ruling(after), by=clerk_chen, at=after)


@pytest.mark.django_db(transaction=True)
def test_a_policy_is_not_repealed_behind_the_back_of_who_is_applying(
    policy_sun: User, owner_wang: User, east_firm: Subject, at: datetime
) -> None:
    """Either the application comes first and stops the repeal, or it comes too late."""
    state_facts(east_firm, {"resumed": True}, source="statistics", by="test", at=at)
    later = at + timedelta(5)
    began = threading.Event()

    def act(number: int) -> object:
        if number == 0:
            with transaction.atomic():
                end_early(policy_sun, later, finish=False, days=-1)
                began.set()
                time.sleep(0.3)
            return None
        began.wait(5)
        return apply_for(east_firm, "T03", by=owner_wang, at=later)

    repealed, applied = together(2, act)
    assert repealed is None
    assert isinstance(applied, Refusal)
    assert "不再受理" in str(applied)
    assert not Application.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_policies_of_one_new_document_are_issued_at_once(
    policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    drafts = []
    for code in ("T08", "T09"):
        draft = open_draft(code, by=policy_sun, at=at)
        draft = save_draft(
            draft,
            document={**DOCUMENT, "id": "one-document"},
            definition={**DEFINITION, "id": code},
            revision=1,
            by=policy_sun,
            at=at,
        )
        draft = submit_draft(draft, revision=draft.revision, by=policy_sun, at=at)
        for _stage in range(3):
            draft = review_draft(
                draft, PASSED, stage=draft.stage, revision=2, by=reviewer_wu, at=at
            )
        drafts.append(draft)
    issued = together(
        2, lambda n: issue_draft(drafts[n], number="1 号", issued=at.date(), by=policy_sun, at=at)
    )
    assert [type(one) for one in issued] == [PolicyVersion] * 2
    assert (
        len(
            {one.document_id for one in PolicyVersion.objects.filter(document__code="one-document")}
        )
        == 1
    )


def test_once_issued_it_finds_its_firms(
    approved: Draft, policy_sun: User, east_firm: Subject, at: datetime
) -> None:
    version = issue_draft(
        approved, number="区发〔2020〕8 号", issued=at.date(), by=policy_sun, at=at
    )
    assert str(version) == "T09@1"
    text = text_of("T09", at)
    assert (text.document.number, text.origin) == ("区发〔2020〕8 号", "local")
    assert "T09" in {text.policy.id for text in library(at)}
    state_facts(east_firm, {"staff": 20}, source="statistics", by="test", at=at)
    judgement = judgement_of(east_firm, "T09", at)
    assert (judgement.verdict, judgement.amount) == ("eligible", 8_000_00)
    assert Entry.objects.filter(verb="policy.issue").get().payload["number"] == "区发〔2020〕8 号"


@pytest.mark.parametrize(
    ("number", "days", "message"), [("", 0, "印发文号"), ("区发 1 号", 1, "还没有到")]
)
def test_it_is_not_issued_without_number_or_ahead_of_its_day(
    number: str, days: int, message: str, approved: Draft, policy_sun: User, at: datetime
) -> None:
    day = at.date() + timedelta(days=days)
    with pytest.raises(Refusal, match=message):
        issue_draft(approved, number=number, issued=day, by=policy_sun, at=at)
    assert not Policy.objects.filter(code="T09").exists()


def test_it_is_issued_once(approved: Draft, policy_sun: User, at: datetime) -> None:
    issue_draft(approved, number="区发 8 号", issued=at.date(), by=policy_sun, at=at)
    with pytest.raises(Refusal, match="已印发"):
        issue_draft(approved, number="区发 8 号", issued=at.date(), by=policy_sun, at=at)
    assert PolicyVersion.objects.filter(policy__code="T09").count() == 1


def test_a_new_version_ends_the_old_one_on_the_day_before(
    policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    revise(policy_sun, reviewer_wu, at, start=date(2020, 2, 10))
    first, second = versions_of("T03")
    assert (first.window.end, second.window.start) == (date(2020, 2, 9), date(2020, 2, 10))
    assert text_of("T03", at).policy.version == 1
    assert text_of("T03", at + timedelta(days=7)).policy.version == 2


def test_a_second_issue_that_would_overlap_is_stopped_at_the_last_moment(
    policy_sun: User, reviewer_wu: User, at: datetime
) -> None:
    draft = open_draft("T03", by=policy_sun, at=at)
    definition = {**draft.definition, "valid": {"from": "2020-02-03"}}
    draft = save_draft(
        draft, document=DOCUMENT, definition=definition, revision=1, by=policy_sun, at=at
    )
    with pytest.raises(Unready, match="重叠"):
        submit_draft(draft, revision=draft.revision, by=policy_sun, at=at)


# The end of a policy.


def repeal(by: User, at: datetime, *, last_day: date, finish: bool = False) -> None:
    repeal_policy(
        Policy.objects.get(code="T03"),
        last_day=last_day,
        number="区发〔2020〕20 号",
        reason="任务完成",
        finish=finish,
        by=by,
        at=at,
    )


def test_a_repealed_policy_ends_with_its_last_day(policy_sun: User, at: datetime) -> None:
    repeal(policy_sun, at, last_day=date(2020, 2, 5))
    text = text_of("T03", at)
    assert text.repealed
    assert text.applies_on(date(2020, 2, 5))
    assert not text.applies_on(date(2020, 2, 6))
    with pytest.raises(Refusal, match="已经废止"):
        repeal(policy_sun, at, last_day=date(2020, 2, 6))
    with pytest.raises(Refusal, match="另立新政策"):
        open_draft("T03", by=policy_sun, at=at)


def test_with_applications_under_way_one_says_what_becomes_of_them(
    policy_sun: User, owner_wang: User, east_firm: Subject, at: datetime
) -> None:
    state_facts(east_firm, {"resumed": True}, source="statistics", by="test", at=at)
    apply_for(east_firm, "T03", by=owner_wang, at=at)
    with pytest.raises(Refusal, match="还有 1 件申请在办"):
        repeal(policy_sun, at, last_day=date(2020, 2, 5))
    repeal(policy_sun, at, last_day=date(2020, 2, 5), finish=True)
    assert Policy.objects.get(code="T03").repeal.keeps


def test_a_policy_does_not_end_before_it_begins(policy_sun: User, at: datetime) -> None:
    with pytest.raises(Refusal, match="自 2020-02-03 起施行"):
        repeal(policy_sun, at, last_day=date(2020, 2, 2))
