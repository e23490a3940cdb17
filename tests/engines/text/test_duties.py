"""Whose job a case is: the clause is the reason, never a percentage."""

from dataclasses import fields, replace

from furong.engines.text.duties import Department, Duties, Duty, unlisted
from furong.engines.text.grams import Message

FINANCE = Duty("finance", "金融中心", "银企对接", ("贷款", "续贷"), ("loan",))
TRADE = Duty("trade", "商务局", "餐饮保供", ("盒饭", "餐饮"), ("catering",), assumed=True)
MARKET = Duty("market", "市场局", "食品安全监督", ("食堂", "变质"), ("catering",))
NORTH = Duty("north", "北街街道", "属地协调", ("楼宇",), ("catering",), frozenset({"z1"}))
LISTED = (FINANCE, TRADE, MARKET, NORTH)

LUNCH = Message("员工中午想订盒饭", "")


def names(found: list[Department]) -> list[str]:
    return [one.organisation for one in found]


def test_the_category_brings_in_departments_and_words_put_one_first() -> None:
    found = Duties(LISTED).suggest(LUNCH, {"catering": 0.9, "loan": 0.1})
    assert names(found) == ["trade", "market"]
    assert found[0].clause == "餐饮保供"
    assert found[0].words == ("盒饭",)
    assert found[0].assumed


def test_no_suggestion_carries_a_percentage() -> None:
    assert not {"score", "probability"} & {one.name for one in fields(Department)}


def test_a_street_is_suggested_in_its_own_zone_only() -> None:
    duties = Duties(LISTED)
    assert "north" in names(duties.suggest(LUNCH, {"catering": 1.0}, ["z1", "district"]))
    assert "north" not in names(duties.suggest(LUNCH, {"catering": 1.0}, ["z2", "district"]))
    assert "north" not in names(duties.suggest(LUNCH, {"catering": 1.0}))


def test_where_people_sent_such_cases_comes_first_next_time() -> None:
    duties = Duties(LISTED)
    for _ in range(6):
        duties.learn("catering", "market", ["z1"])
    found = duties.suggest(Message("吃饭难", ""), {"catering": 1.0}, ["z1"])
    assert names(found)[0] == "market"
    assert found[0].before == 6
    elsewhere = duties.suggest(Message("吃饭难", ""), {"catering": 1.0}, ["z2"])
    assert names(elsewhere)[0] == "market"
    assert names(duties.suggest(Message("续贷", ""), {"loan": 1.0})) == ["finance"]


def test_what_a_model_learned_of_hand_outs_brings_a_department_in_and_first() -> None:
    words = Message("门前堆了一堆箱子", "")
    catering = {"catering": 1.0, "loan": 0.0}
    assert "finance" not in names(Duties(LISTED).suggest(words, catering))
    learned = {"finance": 0.8, "trade": 0.1, "market": 0.1}
    taught = Duties(LISTED)
    assert "finance" not in names(taught.suggest(words, catering, learned=learned)), (
        "nobody gave it a case yet: the words of duties alone bring nobody in"
    )
    taught.learn("loan", "finance")
    found = taught.suggest(words, catering, learned=learned)
    assert names(found)[0] == "finance"
    assert [one.alike for one in found] == [True, False, False]
    assert found[0].clause == "银企对接", "whatever was learned, the clause is the reason"


def test_what_streets_were_sent_is_learned_for_all_of_them_and_holds_in_their_zone() -> None:
    south = replace(NORTH, organisation="south", zones=frozenset({"z2"}), group="@street")
    duties = Duties((TRADE, replace(NORTH, group="@street"), south))
    duties.learn("other", "north", ["z1"])
    found = duties.suggest(
        Message("楼下没人管", ""), {}, ["z2"], learned={"@street": 0.9, "trade": 0.1}
    )
    assert names(found) == ["south"]
    assert not found[0].alike, "of its own cases nothing is known"


def test_what_no_duty_touches_is_left_open() -> None:
    uniform = dict.fromkeys(("loan", "catering", "traffic", "other"), 0.25)
    assert Duties(LISTED).suggest(Message("你好", ""), uniform) == []
    assert Duties(()).suggest(LUNCH, {"catering": 1.0}) == []
    assert Duties(LISTED).suggest(LUNCH, {}) != []  # a word of the duty is enough


def test_an_author_sees_which_categories_nobody_owns() -> None:
    assert unlisted(LISTED, ["loan", "traffic"]) == ["traffic"]
