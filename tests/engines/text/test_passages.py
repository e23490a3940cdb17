"""Pasted chats as people really paste them."""

import pytest

from furong.engines.text.passages import LONGEST, Passage, split, title_of

GROUP = """\
—————  2020-02-18  —————

王经理（东街停车） 09:12
我们大楼的员工返岗，周边没有车位
早上七点就停满了

国金物业-刘 09:15
收到

国金物业-刘 2020/2/18 9:16:02
地下还有150个空位，白天可以谈

李会计 下午2:03
1. 口罩只够用三天
2. 贷款到期，想展期
"""


def texts(text: str) -> list[str]:
    return [one.text for one in split(text)]


def test_speakers_with_times_and_numbers_within_one_message() -> None:
    assert split(GROUP) == [
        Passage(
            "我们大楼的员工返岗，周边没有车位\n早上七点就停满了", "王经理（东街停车）", "09:12"
        ),
        Passage("地下还有150个空位，白天可以谈", "国金物业-刘", "2020/2/18 9:16:02"),
        Passage("口罩只够用三天", "李会计", "下午2:03"),
        Passage("贷款到期，想展期", "李会计", "下午2:03"),
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" \n\t\n", []),
        ("员工停车难", ["员工停车难"]),
        ("员工停车难\n口罩不够", ["员工停车难", "口罩不够"]),
        ("1、员工停车难；2、口罩不够；3、贷款到期", ["员工停车难", "口罩不够", "贷款到期"]),
        ("（1）停车难\n没有车位\n（2）口罩", ["停车难\n没有车位", "口罩"]),
        ("一、停车\n二、用工", ["停车", "用工"]),
        ("①停车\n②用工", ["停车", "用工"]),
        ("缺口罩1.5万只\n测温枪2.3元一支", ["缺口罩1.5万只", "测温枪2.3元一支"]),
        ("第一段\n还是第一段\n\n第二段", ["第一段\n还是第一段", "第二段"]),
        ("张三：缺口罩\n李四: 缺人手", ["缺口罩", "缺人手"]),
        ("问题：缺口罩\n地址：东街1号", ["问题：缺口罩", "地址：东街1号"]),
        ("2020年2月18日 15:03 张三\n缺口罩", ["缺口罩"]),
        ("[图片]\n收到\n好的。\n缺口罩", ["缺口罩"]),
        ("缺口罩\n缺口罩", ["缺口罩"]),
        ("张三撤回了一条消息", []),
        ("时间定在9:30开始复工", ["时间定在9:30开始复工"]),
    ],
)
def test_parting(text: str, parts: list[str]) -> None:
    assert texts(text) == parts


def test_every_word_stands_in_the_text() -> None:
    for one in split(GROUP):
        assert all(line in GROUP for line in one.text.split("\n"))


def test_a_very_long_text_is_read_in_no_time_and_up_to_its_limit() -> None:
    assert len("".join(texts("长" * (LONGEST + 5)))) == LONGEST
    assert len(split("1、" * 10_000)) <= 1
    assert texts("\0\u202e<b>缺口罩</b>") == ["\0\u202e<b>缺口罩</b>"]


def test_a_title_is_the_first_sentence() -> None:
    assert title_of("员工停车难。早上七点就停满了") == "员工停车难"
    assert title_of("长" * 80) == "长" * 59 + "…"
    assert title_of("第一行\n第二行") == "第一行"
