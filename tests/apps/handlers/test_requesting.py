"""Coming forward with a letter: what is refused, and what nobody learns from it."""

from datetime import datetime, timedelta

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.file_types import FileRefused
from furong.apps.base.models import Entry, StoredFile
from furong.apps.directory.access import Denied, grants_of
from furong.apps.directory.models import User
from furong.apps.handlers.actions import (
    Settled,
    Unclear,
    confirm,
    count_claim,
    invite,
    read_invitation,
    request_authorisation,
    withdraw_request,
)
from furong.apps.handlers.models import Authorisation
from furong.apps.notices.models import Delivery
from furong.apps.registry.models import Subject
from tests.apps.cast import EAST_CODE, WEST, WEST_CODE, person
from tests.apps.handlers.conftest import PNG, Ask, claim, letter

UNKNOWN = "91990101MA0000005B"


def told(user: User) -> list[str]:
    return [one.notice.title for one in Delivery.objects.inbox_of(user).order_by("id")]


def test_asking_gives_nothing_yet_and_tells_the_street(
    ask: Ask, gu: User, east_firm: Subject, clerk_chen: User, clerk_fang: User, at: datetime
) -> None:
    one = ask(gu)
    assert (one.state, one.subject, one.grant) == ("requested", east_firm, None)
    assert not grants_of(gu, at).exists()
    assert told(clerk_chen) == ["有一份授权书待核实"]
    assert told(clerk_fang) == []


def test_a_desk_of_the_whole_district_is_told_only_where_no_street_is_near(
    ask: Ask, gu: User, he: User, clerk_chen: User, at: datetime
) -> None:
    everywhere = person("shi", "石经办", "clerk", at=at)
    ask(gu)
    assert (len(told(clerk_chen)), told(everywhere)) == (1, [])
    ask(he, code=UNKNOWN, street=WEST)
    assert len(told(everywhere)) == 1


def test_asking_twice_is_refused(ask: Ask, gu: User, east_firm: Subject) -> None:
    ask(gu)
    with pytest.raises(Refusal, match="已提交过这家企业的授权书，正在核实"):
        ask(gu, role="handler")
    assert Authorisation.objects.count() == 1


def test_whoever_acts_already_need_not_ask_until_near_the_end(
    ask: Ask, main_gu: User, clerk_chen: User, at: datetime
) -> None:
    with pytest.raises(Refusal, match="您已是东街停车服务有限公司的主办人"):
        ask(main_gu)
    late = at + timedelta(days=340)
    renewed = ask(main_gu, when=late, until=late + timedelta(days=365))
    confirm(renewed, by=clerk_chen, at=late)
    assert [one.state for one in Authorisation.objects.order_by("requested_at")] == [
        "ended",
        "confirmed",
    ]
    assert grants_of(main_gu, late).count() == 1


@pytest.mark.parametrize(
    ("content", "name"), [("一封信".encode(), "授权书.txt"), (b"a,b\n", "授权书.csv")]
)
def test_a_letter_is_a_pdf_or_a_picture(
    gu: User, east_firm: Subject, at: datetime, content: bytes, name: str
) -> None:
    with pytest.raises(FileRefused, match="请上传 PDF 或照片"):
        request_authorisation(claim(), letter(gu, at, content, name), by=gu, at=at)
    made = request_authorisation(claim(), letter(gu, at, PNG, "授权书.png"), by=gu, at=at)
    assert made.letter.media_type == "image/png"


def test_a_letter_is_not_too_large(gu: User, east_firm: Subject, at: datetime) -> None:
    big = letter(gu, at)
    StoredFile.objects.filter(pk=big.pk).update(size=11 * 1024 * 1024)
    big.refresh_from_db()
    with pytest.raises(FileRefused, match="不超过 10 MB"):
        request_authorisation(claim(), big, by=gu, at=at)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"code": "91990101MA0000001X"}, "code"),
        ({"code": "123"}, "code"),
        ({"name": "  "}, "firm_name"),
        ({"role": "boss"}, "role"),
        ({"until": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}, "valid_to"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    ask: Ask, gu: User, east_firm: Subject, words: dict[str, object], field: str
) -> None:
    with pytest.raises(Unclear) as refused:
        ask(gu, **words)
    assert refused.value.field == field


def test_an_unknown_code_is_taken_like_a_known_one_and_reaches_the_street(
    ask: Ask, gu: User, he: User, east_firm: Subject, clerk_chen: User, clerk_fang: User
) -> None:
    known, unknown = ask(gu), ask(he, code=UNKNOWN, name="西街新店", street=WEST)
    assert (known.state, unknown.state) == ("requested", "requested")
    assert unknown.subject is None
    assert told(clerk_fang) == ["有一份授权书待核实"]
    assert told(clerk_chen) == ["有一份授权书待核实"]


def test_claims_are_counted_like_passwords(gu: User, at: datetime) -> None:
    for _time in range(10):
        count_claim(gu, real=at)
    with pytest.raises(Refusal, match="请 10 分钟后再试"):
        count_claim(gu, real=at)
    count_claim(gu, real=at + timedelta(minutes=10))


def test_what_was_asked_can_be_taken_back_until_it_is_decided(
    ask: Ask, gu: User, he: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    one = ask(gu)
    with pytest.raises(Denied):
        withdraw_request(one, by=he, at=at)
    for _time in range(2):
        assert withdraw_request(one, by=gu, at=at).state == "ended"
    assert Entry.objects.filter(verb="authorisation.withdraw").count() == 1
    with pytest.raises(Settled, match="申请人已撤回这份申请"):
        confirm(one, by=clerk_chen, at=at)
    confirmed = confirm(ask(gu), by=clerk_chen, at=at)
    with pytest.raises(Settled, match="已由陈经办于"):
        withdraw_request(confirmed, by=gu, at=at)


def test_an_invitation_fills_in_a_form_and_confers_nothing(
    ask: Ask, main_gu: User, he: User, east_firm: Subject, at: datetime
) -> None:
    made = invite(east_firm, "handler", by=main_gu, at=at)
    spoken = f" {made.code[:4].lower()}-{made.code[4:]} "
    assert read_invitation(spoken, at=at) == made
    assert read_invitation(made.code, at=at + timedelta(days=7)) is None
    assert read_invitation("AAAAAAAA", at=at) is None
    one = ask(he, role="handler", invitation=made.code)
    assert (one.state, grants_of(he, at).exists()) == ("requested", False)
    assert told(main_gu)[-1] == "有一份授权书待核实"


def test_only_the_main_handler_invites(
    main_gu: User, owner_wang: User, clerk_chen: User, east_firm: Subject, at: datetime
) -> None:
    for user in (owner_wang, clerk_chen):
        with pytest.raises(Denied):
            invite(east_firm, "handler", by=user, at=at)


def test_a_code_of_another_firm_does_not_borrow_an_invitation(
    ask: Ask, main_gu: User, he: User, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    own = Authorisation.objects.get(user=main_gu)
    made = invite(east_firm, "main", replaces=own, by=main_gu, at=at)
    one = ask(he, code=WEST_CODE, street=WEST, invitation=made.code)
    assert one.replaces is None
    assert ask(he, code=EAST_CODE, invitation=made.code).replaces == own
