"""Reply templates: what is refused by name, who keeps them, and what their places are filled in with."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.cases.actions import (
    InvalidTemplate,
    Wording,
    act,
    install_templates,
    make_template,
    restore_template,
    retire_template,
    revise_template,
    use_template,
)
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.models import Case, ReplyTemplate
from furong.apps.cases.templates import offered
from furong.apps.directory.access import Denied
from furong.apps.directory.models import Organisation, User
from furong.packs import load
from tests.apps.cases.conftest import dispatch

pytestmark = pytest.mark.usefixtures("everybody")

BODY = "{企业名称}：您反映的“{事由}”（{编号}）由{承办单位}办理，{办结时限}前答复。{本单位}，{今天}"


@pytest.fixture
def urban(district: object) -> Organisation:
    return Organisation.objects.get(code="urban")


@pytest.fixture
def handed(appeal: Case, dispatcher_he: User, at: datetime) -> Case:
    return dispatch(appeal, by=dispatcher_he, at=at)


def made(unit: Organisation | None, by: User, at: datetime, **more: str) -> ReplyTemplate:
    return make_template(unit, Wording(**{"name": "答复", "body": BODY, **more}), by=by, at=at)


@pytest.mark.parametrize(
    ("bad", "field", "why"),
    [
        ({"name": " "}, "name", "请写名称"),
        ({"name": "长" * 41}, "name", "名称有 41 字，最多 40 字"),
        ({"body": "\u202e"}, "body", "请写正文"),
        ({"body": "长" * 1001}, "body", "正文有 1001 字，最多 1000 字"),
        ({"body": "{企业名}好"}, "body", "没有占位符 {企业名}。是否想写 企业名称？"),
        ({"body": "｛电话｝和{邮编}"}, "body", "没有占位符 {电话}、{邮编}。"),
        ({"body": "{编号"}, "body", "花括号没有成对"),
        ({"body": "{{编号}}"}, "body", "花括号没有成对"),
        ({"procedure": "luck"}, "act", "没有“luck”这个流程"),
        ({"procedure": "appeal", "act": "fly"}, "act", "没有“fly”这个办理动作"),
        ({"category": "weather"}, "category", "没有“weather”这个类别"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    urban: Organisation, clerk_tan: User, at: datetime, bad: dict[str, str], field: str, why: str
) -> None:
    with pytest.raises(InvalidTemplate) as refused:
        made(urban, clerk_tan, at, **bad)
    assert refused.value.problems[field].startswith(why)
    assert not ReplyTemplate.objects.exists()
    assert not Entry.objects.filter(verb__startswith="template").exists()


def test_a_unit_s_texts_are_its_own(
    urban: Organisation, clerk_tan: User, clerk_pan: User, dispatcher_he: User, handed: Case,
    owner_wang: User, at: datetime,
) -> None:  # fmt: skip
    one = made(urban, clerk_tan, at)
    whole = made(None, dispatcher_he, at)  # a name is one unit's
    for user, unit in ((clerk_pan, urban), (clerk_tan, None), (owner_wang, None)):
        with pytest.raises(Denied):
            made(unit, user, at, name="别的")
    for user in (clerk_pan, dispatcher_he):
        with pytest.raises(Denied):
            revise_template(one, Wording("改", "改"), version=1, by=user, at=at)
        with pytest.raises(Denied):
            retire_template(one, by=user, at=at)
    with pytest.raises(Denied):
        use_template(one, handed, by=dispatcher_he, at=at)
    with pytest.raises(Denied):
        use_template(whole, handed, by=owner_wang, at=at)
    with pytest.raises(InvalidTemplate, match="已有同名的模板“答复”"):
        made(urban, clerk_tan, at)


def test_every_place_is_filled_in_and_what_is_not_known_stands_out(
    urban: Organisation, clerk_tan: User, handed: Case, at: datetime
) -> None:
    one = made(urban, clerk_tan, at)
    told = use_template(one, handed, by=clerk_tan, at=at)
    assert told.text == (
        f"东街停车服务有限公司：您反映的“员工停车难”（{handed.number}）由测试区城管执法局办理，"
        "2月4日 08:00前答复。测试区城管执法局，2020年2月3日"
    )
    assert told.missing == ()
    handed.facts = {}
    handed.save()
    other = made(urban, clerk_tan, at, name="类别", body="｛诉求类别｝ {登记日期}")
    told = use_template(other, handed, by=clerk_tan, at=at)
    assert (told.text, told.missing) == ("〔诉求类别〕 2020年2月3日", ("〔诉求类别〕",))
    one.refresh_from_db()
    assert (one.uses, one.used_at) == (1, at)


def test_what_a_template_leaves_open_does_not_go_out(
    urban: Organisation, clerk_tan: User, handed: Case, at: datetime
) -> None:
    body = "办理情况：\n　　一、已推荐给　　　　银行，预计　　月办结。"
    one = made(urban, clerk_tan, at, body=body)
    told = use_template(one, handed, by=clerk_tan, at=at)
    assert told.text == "办理情况：\n　　一、已推荐给________银行，预计____月办结。"
    assert told.missing == ("一、已推荐给________", "预计____")
    act(handed, "sign", by=clerk_tan, at=at)
    reached = {"contacted": True, "contacted_at": at.isoformat(), "contacted_by": "电话"}
    act(handed, "contact", reached, by=clerk_tan, at=at)
    for text, gap in (
        (told.text, "一、已推荐给________、预计____"),
        ("〔诉求类别〕已办", "〔诉求类别〕"),
        ("电话：___", "___"),
    ):
        with pytest.raises(InvalidAnswers) as refused:
            act(handed, "progress", {"words": text}, by=clerk_tan, at=at)
        assert refused.value.problems["words"].endswith(
            f"尚有空白未填（{gap}），请补充完整后再提交"
        )
    assert not handed.events.filter(act="actions.progress").exists()
    whole = "　　已推荐给甲银行，依长政发〔2020〕4号，user_name@example.cn"
    act(handed, "progress", {"words": whole}, by=clerk_tan, at=at)


def test_versions_are_kept_and_a_stale_one_is_not_written(
    urban: Organisation, clerk_tan: User, clerk_tang: User, at: datetime
) -> None:
    one = made(urban, clerk_tan, at)
    later = at + timedelta(hours=1)
    revise_template(one, Wording("答复", "新的 {编号}"), version=1, by=clerk_tang, at=later)
    with pytest.raises(Refusal, match="在您打开之后已改为第 2 版，您的修改未保存"):
        revise_template(one, Wording("答复", "旧的"), version=1, by=clerk_tan, at=later)
    same = revise_template(one, Wording("答复", "新的 {编号}"), version=2, by=clerk_tan, at=later)
    assert same.version == 2
    assert [(v.number, v.body) for v in one.versions.all()] == [(2, "新的 {编号}"), (1, BODY)]


def test_a_retired_one_is_offered_no_longer_and_can_come_back(
    urban: Organisation, clerk_tan: User, handed: Case, at: datetime
) -> None:
    one = made(urban, clerk_tan, at)
    retire_template(one, by=clerk_tan, at=at)
    assert offered(handed, "actions.reply", clerk_tan, at) == []
    with pytest.raises(Refusal, match="已停用，请另选一个"):
        use_template(one, handed, by=clerk_tan, at=at)
    with pytest.raises(Refusal, match="已停用，请先恢复使用再修改"):
        revise_template(one, Wording("改", "改"), version=1, by=clerk_tan, at=at)
    two = made(urban, clerk_tan, at)  # its name is free
    with pytest.raises(InvalidTemplate, match="已有同名的模板"):
        restore_template(one, by=clerk_tan, at=at)
    retire_template(two, by=clerk_tan, at=at)
    restore_template(one, by=clerk_tan, at=at)
    assert offered(handed, "actions.reply", clerk_tan, at) == [one]


def test_the_nearest_are_offered_first_and_those_for_something_else_not(
    urban: Organisation, clerk_tan: User, dispatcher_he: User, handed: Case, at: datetime
) -> None:
    district = made(None, dispatcher_he, at, name="全区")
    own = made(urban, clerk_tan, at, name="本局")
    reply = made(urban, clerk_tan, at, name="办结", procedure="appeal", act="reply")
    cars = made(
        urban, clerk_tan, at, name="停车", procedure="appeal", act="reply", category="traffic"
    )
    made(urban, clerk_tan, at, name="贷款", category="loan")
    made(urban, clerk_tan, at, name="延期", procedure="appeal", act="extend")
    assert offered(handed, "actions.reply", clerk_tan, at) == [cars, reply, own, district]
    assert offered(handed, "answers.extend.granted", dispatcher_he, at) == [district]


def test_a_pack_brings_its_templates_once_and_leaves_the_district_s_changes(
    folder: Path, dispatcher_he: User, at: datetime
) -> None:
    (folder / "replies").mkdir()
    file = folder / "replies/a.yaml"
    file.write_text(
        "replies:\n- {id: a, name: 甲, body: ｛编号｝}\n- {id: b, name: 乙, body: 乙}\n", "utf-8"
    )
    assert install_templates(load(folder), by="test", at=at) == ("a", "b")
    assert install_templates(load(folder), by="test", at=at) == ()
    one = ReplyTemplate.objects.get(code="a")
    assert one.body == "{编号}"
    revise_template(one, Wording("甲", "改过"), version=1, by=dispatcher_he, at=at)
    file.write_text(
        "replies:\n- {id: a, name: 甲, body: 新}\n- {id: b, name: 乙, body: 新}\n", "utf-8"
    )
    assert install_templates(load(folder), by="test", at=at) == ("b",)
    one.refresh_from_db()
    assert (one.body, ReplyTemplate.objects.get(code="b").version) == ("改过", 2)
