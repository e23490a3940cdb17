"""What whoever raised a case may know of it."""

from datetime import datetime

from furong.apps.base.files import store
from furong.apps.cases.actions import comment, open_case
from furong.apps.cases.models import Case
from furong.apps.cases.reads import timeline
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import dispatch

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def test_photos_that_were_meant_to_be_read_and_of_public_words_are_shown_and_no_others(
    east_firm: Subject,
    everybody: None,
    liaison_li: User,
    dispatcher_he: User,
    clerk_tan: User,
    at: datetime,
) -> None:
    seen, said, kept = (
        store(PNG, name=f"{name}.png", by=by, at=at)
        for name, by in [("走访", liaison_li), ("公开", clerk_tan), ("内部", clerk_tan)]
    )
    answers = {"title": "员工停车难", "photos": [seen]}
    case = open_case("appeal", "collect", subject=east_firm, answers=answers, by=liaison_li, at=at)
    dispatch(case, by=dispatcher_he, at=at)
    comment(case, "已到现场", public=True, files=[said], by=clerk_tan, at=at)
    comment(case, "先不要外传", files=[kept], by=clerk_tan, at=at)
    told = timeline(case, outside=True)
    assert [file for one in told for file in one.files] == [seen, said]
    assert (told[-1].label, told[-1].who) == ("留言", "城管执法局")
    assert "先不要外传" not in str(told)
    assert kept in [file for one in timeline(case) for file in one.files]


def test_an_owners_words_are_signed_by_the_owner(
    appeal: Case, owner_wang: User, at: datetime
) -> None:
    comment(appeal, "补充：早高峰最难停", public=True, by=owner_wang, at=at)
    assert timeline(appeal, outside=True)[-1].who == "王经理"
