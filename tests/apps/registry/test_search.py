"""Finding subjects by name, pinyin, initials, code, number and address."""

from datetime import datetime

import pytest

from furong.apps.registry.actions import NewSubject, register_subjects
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.cast import EAST_CODE


@pytest.fixture
def firms(district: Pack, at: datetime) -> list[Subject]:
    named = {
        "东街停车服务有限公司": "芙蓉中路 12 号",
        "长沙银行股份有限公司东街支行": "五一大道 1 号",
        "芙蓉置业有限公司": "B2-301",
        "大芙蓉酒店": "芙蓉路",
    }
    news = [
        NewSubject(
            kind="enterprise",
            name=name,
            address=address,
            identifiers={"uscc": EAST_CODE} if "停车" in name else {},
        )
        for name, address in named.items()
    ]
    return register_subjects(news, by="test", at=at)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("停车", ["东街停车服务有限公司"]),
        ("frzy", ["芙蓉置业有限公司"]),
        ("FuRongZhi", ["芙蓉置业有限公司"]),
        ("yhgf", ["长沙银行股份有限公司东街支行"]),
        (EAST_CODE[:6].lower(), ["东街停车服务有限公司"]),
        ("b2 301", ["芙蓉置业有限公司"]),
        ("10000002", ["长沙银行股份有限公司东街支行"]),
        ("东街 支行", ["长沙银行股份有限公司东街支行"]),
        ("沙芙", []),
        ("", []),
        ("！？", []),
        ("\" OR 1=1 ' NEAR( *", []),
        ("停\0车\ud800", ["东街停车服务有限公司"]),
    ],
)
def test_queries(firms: list[Subject], query: str, found: list[str]) -> None:
    assert [subject.name for subject in Subject.objects.search(query)] == found


def test_names_that_begin_with_it_come_first_and_addresses_last(firms: list[Subject]) -> None:
    names = [subject.name for subject in Subject.objects.search("芙蓉")]
    assert names == ["芙蓉置业有限公司", "大芙蓉酒店", "东街停车服务有限公司"]


def test_a_subject_that_is_gone_is_not_found(firms: list[Subject]) -> None:
    Subject.objects.get(name="大芙蓉酒店").delete()
    assert Subject.objects.search("酒店").count() == 0


def test_thousands_are_searched_within_the_time_of_a_page(district: Pack, at: datetime) -> None:
    """The measured figure is in the thousandths; the test only catches a lost index."""
    from time import process_time

    news = [NewSubject(kind="enterprise", name=f"芙蓉第{n}餐饮管理公司") for n in range(4_000)]
    register_subjects(news, by="test", at=at)
    start = process_time()
    assert len(Subject.objects.search("第3777餐")[:25]) == 1
    assert process_time() - start < 0.1
