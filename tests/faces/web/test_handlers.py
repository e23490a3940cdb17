"""A letter of authorisation from the phone to the desk, and what each side sees of it."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from furong.apps.base.clock import set_clock
from furong.apps.base.models import Entry
from furong.apps.directory.models import Grant, User
from furong.apps.handlers.actions import apply_in_name
from furong.apps.handlers.models import Authorisation, Errand
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from tests.apps.cast import EAST, EAST_CODE, WEST, person
from tests.apps.handlers.conftest import PDF, PNG
from tests.apps.handlers.test_requesting import UNKNOWN
from tests.faces.web.test_policy_pages import district  # noqa: F401 - fixture

FORM = {
    "code": EAST_CODE,
    "firm_name": "东街停车服务有限公司",
    "street": EAST,
    "role": "main",
    "valid_to": "2021-02-02",
}


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(content: bytes = PDF, name: str = "授权书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def claim(client: Client, **changes: object) -> Any:
    form = {**FORM, "letter": upload(), **changes}
    return client.post("/claims/new/", form, follow=True)


@pytest.fixture
def gu(district: object, at: datetime) -> User:  # noqa: F811
    return person("gu", "顾会计", at=at)


@pytest.fixture
def claimed(gu: User, east_firm: Subject) -> Authorisation:
    claim(signed_in(gu))
    return Authorisation.objects.get()


@pytest.fixture
def main_gu(claimed: Authorisation, gu: User, clerk_chen: User) -> User:
    decide(signed_in(clerk_chen), claimed)
    return gu


def decide(client: Client, one: Authorisation, **form: str) -> Any:
    one.refresh_from_db()
    form = {"outcome": "confirm", "revision": str(one.revision), **form}
    return client.post(f"/authorisations/{one.pk}/decide/", form, follow=True)


def test_registering_then_claiming_then_confirmed(
    client: Client, east_firm: Subject, clerk_chen: User
) -> None:
    form = {"name": "陆会计", "mobile": "13800000001", "password": "long enough 7"}
    answer = client.post("/register/", form)
    assert answer["Location"] == "/login/?next=%2Fclaims%2Fnew%2F"
    again = client.post("/register/", {**form, "name": "别人", "password": "another one 8"})
    assert again["Location"] == answer["Location"]
    signing = {"username": "138-0000-0001", "password": "long enough 7", "next": "/claims/new/"}
    assert client.post("/login/", signing)["Location"] == "/claims/new/"
    assert "已提交，街道或企业主办人核实后短信" in text(claim(client))
    assert "绑定企业" in text(client.get("/"))
    one = Authorisation.objects.get()
    assert "已确认，授权即时生效" in text(decide(signed_in(clerk_chen), one))
    page = text(client.get("/mine/"))
    assert east_firm.name in page
    assert Grant.objects.get(user=one.user).valid_to == datetime.fromisoformat(
        "2021-02-03T00:00:00+08:00"
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"mobile": "12345"}, "手机号应是 11 位"),
        ({"password": "1234567890"}, "密码"),
        ({"name": " "}, "请填写真实姓名"),
    ],
)
def test_a_faulty_registration_says_what_to_mend(
    client: Client,
    district: object,  # noqa: F811
    changes: dict[str, str],
    told: str,
) -> None:
    form = {"name": "陆会计", "mobile": "13800000001", "password": "long enough 7", **changes}
    answer = client.post("/register/", form)
    assert answer.status_code == 422
    assert told in text(answer)
    assert not User.objects.filter(name="陆会计").exists()


def test_a_mobile_is_nowhere_in_the_clear(client: Client, district: object) -> None:  # noqa: F811
    form = {"name": "陆会计", "mobile": "13800000001", "password": "long enough 7"}
    client.post("/register/", form)
    client.post("/login/", {"username": "13800000001", "password": "wrong"})
    from django.apps import apps

    for model in apps.get_models():
        for row in model._default_manager.values_list():
            assert "13800000001" not in str(row), model


def test_a_known_and_an_unknown_code_are_answered_alike(
    gu: User, east_firm: Subject, at: datetime
) -> None:
    other = person("he", "何经办", at=at)
    answers = [
        text(claim(signed_in(user), code=code, firm_name="某店")).replace(code, "")
        for user, code in ((gu, EAST_CODE), (other, UNKNOWN))
    ]
    assert answers[0].replace("顾会计", "") == answers[1].replace("何经办", "")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"letter": upload("信".encode(), "信.txt")}, "请上传 PDF 或照片"),
        ({"letter": ""}, "请上传授权书"),
        ({"code": "91990101MA0000001X"}, "校验不通过"),
        ({"street": "000"}, "请选择企业所在的街道"),
        ({"valid_to": "2020-01-01"}, "授权截止日期已过"),
        ({"valid_to": "soon"}, "请按 2020-12-31 的样子"),
        ({"role": ""}, "请选择身份"),
    ],
)
def test_a_faulty_claim_keeps_what_was_entered(
    gu: User, east_firm: Subject, changes: dict[str, object], told: str
) -> None:
    answer = claim(signed_in(gu), **changes)
    assert answer.status_code == 422
    assert told in text(answer)
    assert "东街停车服务有限公司" in answer.content.decode()
    assert not Authorisation.objects.exists()


def test_claiming_twice_and_too_often_is_refused(gu: User, east_firm: Subject) -> None:
    client = signed_in(gu)
    claim(client)
    assert "正在核实，不用重复提交" in text(claim(client))
    for _time in range(8):
        claim(client)
    assert "提交次数过多，请 10 分钟后再试" in text(claim(client))


def test_the_desk_sees_its_street_with_a_count_and_another_sees_nothing(
    claimed: Authorisation, clerk_chen: User, at: datetime
) -> None:
    page = signed_in(clerk_chen).get("/authorisations/").content.decode()
    assert "东街停车服务有限公司" in page
    assert re.search(r'class="nav-count">1<', page)
    west = signed_in(person("fang", "方经办", "clerk", (Grant.Scope.ZONE, WEST), at=at))
    assert "没有待核实的授权书" in text(west.get("/authorisations/"))
    for path in (f"/authorisations/{claimed.pk}/", f"/claims/{claimed.pk}/letter/"):
        assert west.get(path).status_code == 404
    for act in ("decide", "end", "firm", "ring"):
        assert west.post(f"/authorisations/{claimed.pk}/{act}/").status_code == 404


def test_filters_and_search_of_the_desk(claimed: Authorisation, clerk_chen: User) -> None:
    client = signed_in(clerk_chen)
    for query, found in (
        ("q=停车", True),
        ("q=顾", True),
        ("q=餐饮", False),
        ("role=main", True),
        ("role=handler", False),
        ("state=requested", True),
        ("state=confirmed", False),
        ("state=nonsense&role=x", True),
    ):
        rows = client.get(f"/authorisations/?{query}").content.decode()
        assert (f"/authorisations/{claimed.pk}/" in rows) == found, query


def test_the_list_leaves_as_a_file_with_an_entry(
    claimed: Authorisation, clerk_chen: User, at: datetime
) -> None:
    answer = signed_in(clerk_chen).get("/authorisations/export/?state=requested")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    cells = str([*sheet.iter_rows(values_only=True)])
    assert "东街停车服务有限公司" in cells
    assert "2021-02-02" in cells
    assert Entry.objects.get(verb="authorisation.export").payload == {"count": 1}


def test_a_letter_is_shown_to_whoever_may_confirm_and_each_look_is_kept(
    gu: User, east_firm: Subject, clerk_chen: User, owner_wang: User
) -> None:
    claim(signed_in(gu), letter=upload(PNG, "授权书.png"))
    one = Authorisation.objects.get()
    path = f"/claims/{one.pk}/letter/"
    for user, status in ((clerk_chen, 200), (gu, 200), (owner_wang, 404)):
        assert signed_in(user).get(path).status_code == status
    assert Entry.objects.filter(verb="authorisation.look").count() == 2
    answer = signed_in(clerk_chen).get(path)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/png", "no-store")
    assert f'src="{path}"' in signed_in(clerk_chen).get(f"/authorisations/{one.pk}/").text


def test_refused_with_a_reason_that_the_person_reads(
    claimed: Authorisation, gu: User, clerk_chen: User
) -> None:
    desk = signed_in(clerk_chen)
    assert "请写明未通过的理由" in text(decide(desk, claimed, outcome="refuse"))
    decide(desk, claimed, outcome="refuse", reason="没有盖章")
    assert "未通过，补正后可重新提交。理由：没有盖章" in text(signed_in(gu).get("/claims/"))


def test_what_was_withdrawn_cannot_be_confirmed(
    claimed: Authorisation, gu: User, clerk_chen: User
) -> None:
    signed_in(gu).post(f"/claims/{claimed.pk}/withdraw/")
    claimed.refresh_from_db()
    assert "申请人已撤回" in text(decide(signed_in(clerk_chen), claimed))


def test_an_unknown_firm_is_entered_at_the_desk(gu: User, at: datetime) -> None:
    claim(signed_in(gu), code=UNKNOWN, firm_name="西街新店", street=WEST)
    one = Authorisation.objects.get()
    desk = signed_in(person("fang", "方经办", "clerk", (Grant.Scope.ZONE, WEST), at=at))
    assert "还没有登记" in text(desk.get(f"/authorisations/{one.pk}/"))
    form = {"kind": "enterprise"}
    told = text(desk.post(f"/authorisations/{one.pk}/firm/", form, follow=True))
    assert "企业已登记，可以核实授权了" in told
    assert "授权即时生效" in text(decide(desk, one))


def test_an_expired_letter_opens_nothing_and_says_so(
    main_gu: User, east_firm: Subject, at: datetime
) -> None:
    client = signed_in(main_gu)
    assert client.get("/mine/").status_code == 200
    end = datetime.fromisoformat("2021-02-03T00:00:00+08:00")
    set_clock(mode="frozen", anchor=end - timedelta(seconds=1), by="test", at=at)
    assert client.get("/mine/").status_code == 200
    set_clock(mode="frozen", anchor=end, by="test", at=at)
    page = text(client.get("/mine/", follow=True))
    assert "授权已到期，不能再为企业办事；要继续办事，请提交新的授权书" in page
    assert client.get(f"/subjects/{east_firm.pk}/").status_code == 404
    assert client.post(f"/mine/{east_firm.pk}/apply/T03/").status_code == 404


def test_inviting_handing_over_and_ending_on_the_firms_page(
    main_gu: User, east_firm: Subject, clerk_chen: User, at: datetime
) -> None:
    mine, he = signed_in(main_gu), person("he", "何经办", at=at)
    page = mine.post(f"/mine/{east_firm.pk}/invite/", {"role": "handler"}, follow=True)
    code = re.search(r"\?code=(\w{8})", page.text)
    assert code
    newcomer = signed_in(he)
    form = newcomer.get(f"/claims/new/?code={code[1]}")
    assert f'value="{EAST_CODE}"' in form.text
    assert "请向企业主办人重新索取" in text(newcomer.get("/claims/new/?code=AAAAAAAA"))
    claim(newcomer, role="handler", invitation=code[1])
    one = Authorisation.objects.get(user=he)
    assert "1 人待核实" in text(mine.get("/mine/"))
    assert "已有主办人顾会计" in text(signed_in(clerk_chen).get(f"/authorisations/{one.pk}/"))
    form_ = {"outcome": "confirm", "revision": one.revision}
    told = text(mine.post(f"/handlers/{one.pk}/decide/", form_, follow=True))
    assert "已确认，授权即时生效" in told
    assert "现有办事人员 · 2" in told
    assert newcomer.get("/mine/handlers/").status_code == 200
    assert newcomer.post(f"/handlers/{one.pk}/decide/", form_, follow=True).status_code == 200
    assert newcomer.post(f"/mine/{east_firm.pk}/invite/", {"role": "main"}).status_code == 404
    own = Authorisation.objects.get(user=main_gu)
    assert newcomer.post(f"/handlers/{own.pk}/end/", {"reason": "x"}).status_code == 404
    told = text(mine.post(f"/handlers/{own.pk}/end/", {"reason": "离职"}, follow=True))
    assert "新增或续期由所在街道核实" in told


def test_a_book_keeper_finds_a_firm_among_many_and_sees_what_it_needs(
    client: Client, owner_wang: User, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    from furong.apps.directory.actions import grant

    scope = (Grant.Scope.SUBJECT, str(west_firm.pk))
    grant(owner_wang, "owner", scope=scope, source="授权书", by="test", at=at)
    state_facts(west_firm, {"resumed": True}, source="statistics", by="test", at=at)
    client.force_login(owner_wang)
    page = text(client.get("/mine/firms/"))
    assert "您为 2 家企业办事" in page
    assert page.index(west_firm.name) < page.index(east_firm.name)
    assert "可办理 1 项" in page
    found = text(client.get("/mine/firms/?q=停车"))
    assert east_firm.name in found
    assert west_firm.name not in found
    assert "没有找到这家企业" in text(client.get("/mine/firms/?q=无"))
    assert "全部 2 家企业" in text(client.get("/mine/"))


def test_asking_for_an_errand_its_receipt_and_an_objection(
    east_firm: Subject, owner_wang: User, liaison_li: User, at: datetime
) -> None:
    state_facts(east_firm, {"resumed": True}, source="statistics", by="test", at=at)
    mine, officer = signed_in(owner_wang), signed_in(liaison_li)
    told = text(mine.post(f"/mine/{east_firm.pk}/ask/T03/", follow=True))
    assert "已请联络员代办" in told
    assert "复工一次性奖励" in text(officer.get("/errands/"))
    assert "企业请代办" in text(officer.get("/"))
    answer = officer.post(f"/subjects/{east_firm.pk}/apply/T03/", {"key": "k1"}, follow=True)
    assert "由李联络代企业提交，企业 王经理 于" in text(answer)
    assert "没有企业请代办" in text(officer.get("/errands/"))
    errand = Errand.objects.get()
    assert "有异议" in text(mine.get("/mine/"))
    told = text(mine.post(f"/errands/{errand.pk}/object/", {"reason": "内容不对"}, follow=True))
    assert "未决定的申请同时撤回" in told
    assert "企业有异议：内容不对" in text(mine.get("/mine/"))


def test_an_errand_of_another_firm_is_not_there(
    east_firm: Subject, west_firm: Subject, owner_wang: User, at: datetime
) -> None:
    state_facts(west_firm, {"resumed": True}, source="statistics", by="test", at=at)
    clerk = person("fang", "方经办", "clerk", (Grant.Scope.ZONE, WEST), at=at)
    apply_in_name(west_firm, "T03", by=clerk, at=at)
    errand, client = Errand.objects.get(), signed_in(owner_wang)
    assert client.post(f"/mine/{west_firm.pk}/ask/T03/").status_code == 404
    for act in ("cancel", "object"):
        assert client.post(f"/errands/{errand.pk}/{act}/", {"reason": "x"}).status_code == 404
