"""Writing a policy: a draft is saved, checked, gone back on, and nobody's words are lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User
from furong.apps.policies.actions import (
    Stale,
    open_draft,
    restore_draft,
    save_draft,
    withdraw_draft,
)
from furong.apps.policies.drafting import Examined, examine
from furong.apps.policies.models import Draft
from furong.packs import Pack
from tests.apps.base.together import together

DOCUMENT: dict[str, Any] = {
    "title": "稳岗补贴实施细则",
    "issuer": "区政府",
    "level": "district",
    "jurisdiction": "990101",
}
DEFINITION: dict[str, Any] = {
    "id": "T09",
    "version": 1,
    "title": "稳岗补贴",
    "kinds": ["enterprise"],
    "door": "application",
    "criteria": [{"id": "staff", "label": "不超过 20 人", "when": "staff <= 20"}],
    "benefit": {"kind": "subsidy", "amount": "staff * 500", "cap": "8000"},
    "cases": [
        {"title": "正好 20 人", "facts": {"staff": "20"}, "verdict": "eligible", "boundary": True},
        {"title": "21 人", "facts": {"staff": "21"}, "verdict": "ineligible"},
    ],
}


def definition(**changes: Any) -> dict[str, Any]:
    return {**DEFINITION, **changes}


def found(at: datetime, **changes: Any) -> Examined:
    return examine(DOCUMENT, definition(**changes), code="T09", day=at.date())


def remarks(at: datetime, **changes: Any) -> dict[str, str]:
    return {one.path: one.message for one in found(at, **changes).remarks}


def save(
    draft: Draft, by: User, at: datetime, *, revision: int | None = None, **changes: Any
) -> Draft:
    return save_draft(
        draft,
        document=DOCUMENT,
        definition=definition(**changes),
        revision=draft.revision if revision is None else revision,
        by=by,
        at=at,
    )


@pytest.mark.parametrize(
    ("level", "area", "remedy"),
    [
        ("district", "9901", "适用地区请写 990101"),
        ("city", "990101", "层级请选“区”"),
        ("city", "99", "如 9901"),
        ("provincial", "", "如 99"),
    ],
)
def test_a_level_and_an_area_that_disagree_are_told(
    level: str, area: str, remedy: str, district: Pack, at: datetime
) -> None:
    document = {**DOCUMENT, "level": level, "jurisdiction": area}
    examined = examine(document, DEFINITION, code="T09", day=at.date())
    (remark,) = examined.remarks
    assert remark.path == "document.jurisdiction"
    assert "不一致" in remark.message
    assert remedy in remark.remedy


@pytest.mark.django_db(transaction=True)
def test_of_several_who_open_a_draft_at_once_one_does(policy_sun: User, at: datetime) -> None:
    results = together(6, lambda _n: open_draft("T09", by=policy_sun, at=at))
    refused = [one for one in results if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [Refusal] * 5
    assert {str(one) for one in refused} == {
        "T09 已有草稿（起草，孙专员最后修改）；请在那份草稿上修改，或者先撤稿"
    }
    assert Draft.objects.get().revisions.count() == 1


def test_a_new_policy_is_for_this_district_and_says_nothing_yet(
    policy_sun: User, at: datetime
) -> None:
    draft = open_draft("T09", by=policy_sun, at=at)
    assert (draft.version, draft.base, draft.stage) == (1, None, "drafting")
    assert draft.document["jurisdiction"] == "990101"
    assert examine(draft.document, draft.definition, code="T09", day=at.date()).remarks


def test_a_revision_starts_from_the_words_in_force(policy_sun: User, at: datetime) -> None:
    draft = open_draft("T03", by=policy_sun, at=at)
    assert (draft.version, str(draft.base)) == (2, "T03@1")
    assert draft.definition["criteria"][0]["when"] == "resumed"
    assert draft.document["title"] == "复工一次性奖励办法"
    assert "number" not in draft.document


@pytest.mark.parametrize("code", ["t09", "T 09", "", "稳岗", "T09;", "T" * 40])
def test_an_id_that_cannot_be_is_refused(code: str, policy_sun: User, at: datetime) -> None:
    with pytest.raises(Refusal, match="FR08"):
        open_draft(code, by=policy_sun, at=at)
    assert not Draft.objects.exists()


def test_a_policy_has_one_draft_at_a_time(policy_sun: User, at: datetime) -> None:
    first = open_draft("T03", by=policy_sun, at=at)
    with pytest.raises(Refusal, match=r"T03 已有草稿（起草，孙专员最后修改）"):
        open_draft("T03", by=policy_sun, at=at)
    withdraw_draft(first, reason="重写", by=policy_sun, at=at)
    assert open_draft("T03", by=policy_sun, at=at).version == 2


def test_only_who_writes_policies_may(clerk_chen: User, leader_zhao: User, at: datetime) -> None:
    for user in (clerk_chen, leader_zhao):
        with pytest.raises(Denied):
            open_draft("T09", by=user, at=at)


def test_what_is_saved_is_there_and_the_entry_tells_what_changed(
    policy_sun: User, at: datetime
) -> None:
    draft = save(open_draft("T09", by=policy_sun, at=at), policy_sun, at)
    assert Draft.objects.get().definition == DEFINITION
    assert draft.revision == 2
    entry = Entry.objects.filter(verb="draft.save").get()
    assert "definition.criteria" in entry.payload["changed"]
    assert entry.payload["revision"] == 2


def test_saving_the_same_again_writes_nothing(policy_sun: User, at: datetime) -> None:
    draft = save(open_draft("T09", by=policy_sun, at=at), policy_sun, at)
    assert save(draft, policy_sun, at + timedelta(hours=1)).revision == 2
    assert Entry.objects.filter(verb="draft.save").count() == 1


def test_of_two_people_the_second_is_told_what_changed_and_loses_nothing(
    policy_sun: User, at: datetime
) -> None:
    draft = save(open_draft("T09", by=policy_sun, at=at), policy_sun, at)
    looser = [{"id": "staff", "label": "不超过 50 人", "when": "staff <= 50"}]
    save(draft, policy_sun, at, criteria=looser, cases=[])
    with pytest.raises(Stale, match=r"孙专员已先保存了第 3 次修改") as stale:
        save(draft, policy_sun, at, revision=2, title="稳岗专项补贴")
    changed = {value.path: (value.before, value.after) for value in stale.value.changed}
    assert changed["definition.criteria.staff.when"] == ("staff <= 20", "staff <= 50")
    assert Draft.objects.get().title == "稳岗补贴"


def test_one_goes_back_to_an_earlier_revision_and_forward_again(
    policy_sun: User, at: datetime
) -> None:
    draft = save(open_draft("T09", by=policy_sun, at=at), policy_sun, at)
    draft = save(draft, policy_sun, at, title="另一个名称")
    draft = restore_draft(draft, 2, seen=3, by=policy_sun, at=at)
    assert (draft.title, draft.revision) == ("稳岗补贴", 4)
    draft = restore_draft(draft, 3, seen=4, by=policy_sun, at=at)
    assert draft.title == "另一个名称"
    with pytest.raises(Refusal, match="没有第 99 次修改"):
        restore_draft(draft, 99, seen=5, by=policy_sun, at=at)


def test_a_draft_too_long_is_refused_whole(policy_sun: User, at: datetime) -> None:
    draft = open_draft("T09", by=policy_sun, at=at)
    with pytest.raises(Refusal, match="256 KB"):
        save(draft, policy_sun, at, summary="字" * 100_000)
    assert Draft.objects.get().revision == 1


def test_a_withdrawn_draft_stays_and_is_not_written_on(policy_sun: User, at: datetime) -> None:
    draft = save(open_draft("T09", by=policy_sun, at=at), policy_sun, at)
    withdraw_draft(draft, reason="并入其他政策", by=policy_sun, at=at)
    with pytest.raises(Refusal, match="已撤稿"):
        save(draft, policy_sun, at, title="改名")
    assert Draft.objects.get().definition["title"] == "稳岗补贴"


# What is told of a draft.


def test_a_sound_draft_has_no_remarks(district: Pack, at: datetime) -> None:
    assert found(at).remarks == ()


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"title": ""}, "title", "空的"),
        ({"kinds": []}, "kinds", "空的"),
        ({"kinds": ["enterprize"]}, "kinds[0]", "没有对象类别"),
        ({"criteria": [{"id": "a", "label": "人数"}]}, "criteria[0]", "没有写怎样认定"),
        (
            {"criteria": [{"id": "a", "label": "人数", "when": "staf <= 20"}]},
            "criteria[0].when",
            "没有事实 staf",
        ),
        (
            {"criteria": [{"id": "a", "label": "人数", "when": "staff <= 1e400"}]},
            "criteria[0].when",
            "",
        ),
        ({"benefit": {"kind": "subsidy", "amount": "staff * "}}, "benefit.amount", ""),
        ({"benefit": {"kind": "subsidy", "floor": "很多"}}, "benefit.floor", "不是数"),
        ({"valid": {"from": "2020-02-31"}}, "valid.from", "只有 29 天"),
        (
            {"cases": [{"title": "空", "facts": {"staff": "几个"}, "verdict": "unknown"}]},
            "cases[0].facts.staff",
            "不是数",
        ),
        (
            {"cases": [{"title": "错", "facts": {"staff": "21"}, "verdict": "eligible"}] * 2},
            "cases[0]",
            "应为符合，算得不符合",
        ),
        ({"cases": []}, "cases", "没有样例"),
        (
            {"criteria": [{"id": "h", "label": "困难", "when": "hardship IN ('a')"}]},
            "basis",
            "个人信息",
        ),
    ],
)
def test_what_is_amiss_is_told_at_its_place(
    changes: dict[str, Any], path: str, message: str, district: Pack, at: datetime
) -> None:
    told = remarks(at, **changes)
    assert path in told
    assert message in told[path]


def test_what_is_only_unfinished_is_no_error(district: Pack, at: datetime) -> None:
    examined = found(at, cases=[])
    assert examined.remarks
    assert not examined.errors


def test_with_a_basis_personal_data_may_be_asked(district: Pack, at: datetime) -> None:
    told = remarks(
        at,
        basis="《社会救助暂行办法》第五十八条",
        kinds=["person"],
        criteria=[{"id": "h", "label": "困难", "when": "hardship IN ('a')"}],
        cases=[
            {"title": "是", "facts": {"hardship": "a"}, "verdict": "eligible"},
            {"title": "未知", "facts": {}, "verdict": "unknown"},
        ],
        benefit={"kind": "relief"},
    )
    assert "basis" not in told


def test_a_version_begins_after_the_one_before(district: Pack, at: datetime) -> None:
    base = {**DEFINITION, "id": "T03", "version": 2}
    same_day = {**base, "valid": {"from": "2020-02-03"}}
    told = examine(DOCUMENT, same_day, code="T03", day=at.date()).remarks
    assert [one.path for one in told] == ["valid"]
    assert "2020-02-04" in told[0].remedy
    next_day = {**base, "valid": {"from": "2020-02-04"}}
    assert examine(DOCUMENT, next_day, code="T03", day=at.date()).remarks == ()


def test_another_district_is_not_written_for(district: Pack, at: datetime) -> None:
    elsewhere = {**DOCUMENT, "jurisdiction": "990102"}
    told = examine(elsewhere, DEFINITION, code="T09", day=at.date()).remarks
    assert [one.path for one in told] == ["document.jurisdiction"]
