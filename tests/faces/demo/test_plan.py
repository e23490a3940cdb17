"""A scenario is checked against its pack, by file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from furong.faces.demo.plan import plan_of
from furong.packs import Pack, PackErrors, load

type Rewrite = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("- fact: staff\n", "- fact: stuff\n", "没有事实 stuff"),
        ("kind: building, count", "kind: bilding, count", "没有主体类别 bilding"),
        ("kind: building, count", "kind: person, count", "person 是自然人"),
        ('"990101002": 1', '"990101009": 1', "没有地方 990101009"),
        ("zones: {park: in_park}", "zones: {parc: in_park}", "没有地方 parc"),
        ("zones: {park: in_park}", "zones: {park: opened_on}", "没有这样的取值 opened_on"),
        ("opened_on: opened_on", "opened_on: staff", "没有这样的取值 staff"),
        ("in: {known: 1, other: 4}", "in: {knowm: 1, other: 4}", "没有组 knowm"),
        ("times: [industry.staff]", "times: [industry.stuff]", "没有前面的取值 industry.stuff"),
        ("{where: {kind: enterprise, staff:", "{where: {kind: enterprise, revenue:", "没有前面的取值 revenue"),
        ("where: {group: known}", "where: {group: knowm}", "group 没有 knowm"),
        ("where: {industry: I,", "where: {industry: Q,", "industry 没有 Q"),
        ("{staff: {from: 100}}", "{staff: [100]}", "不能这样比|这里应是文字"),
        ("{staff: {from: 100}}", "{staff: many}", "staff 不能这样比"),
        ("{staff: {from: 100}}", "{industry: {from: 100}}", "industry 不能这样比"),
        ("{staff: {from: 100}}", "{in_park: often}", "in_park 不能这样比"),
        ("{staff: {from: 100}}", "{opened_on: true}", "opened_on 不能这样比"),
        ("value: medium", "value: middling", "没有值 middling"),
        ("{same: industry}", "{chance: 0.5}", "industry 是 code"),
        ("{same: industry}", "{same: staff}", "没有前面的取值 staff"),
        ("known: resumed_on}", "known: resumed_on, chance: 1}", "写了 chance、known"),
        ("{where: {kind: enterprise}, known: resumed_on}", "{where: {kind: enterprise}}", "没有写怎样取值"),
        ("known: resumed_on}", "known: resumed_on, times: [staff]}", "times 只与 median 同用"),
        ("count: 2,", "count: 2, share: 1,", "count 和 share"),
        ("share: 1, endings", "count: 1, endings", "没有一组写 share"),
        ("per: {staff: 9}", "per: {stuff: 9}", "与第一个行业的项目不同"),
        ("{day: 2020-02-10, share: 0.5}", "{day: 2020-02-10, share: 0.1}", "逐点增加"),
        ("{day: 2020-02-10, share: 0.5}", "{day: 2020-02-31, share: 0.5}", "2020 年 2 月只有 29 天"),
        ("missing: 0.3", "missing: 30", "不能大于 1"),
        ("weights: {small: 1, micro: 3}", "weights: {small: 0, micro: 0}", "权重全是 0"),
        ("- hidden: in_park\n", "- hidden: in_park\n  fact: staff\n", "fact 和 hidden"),
        ("- fact: size_class\n", "- fact: phone\n", "phone 是个人信息"),
        ("address: \"示例{second}路{number}号\"", "address: 示例路", "看不出门牌号"),
        ("{second}路{number}", "{road}路{number}", "看不出门牌号"),
        ("  - {value: false}\n", "  - {value: false}\n  - {value: true}\n", "后面的情形永远用不到"),
        ("- fact: revenue\n", "- fact: staff\n", "staff 前面已经取过值"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(
    rewritten: Rewrite, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(PackErrors, match=complaint) as caught:
        plan_of(load(rewritten(old, new)))
    for problem in caught.value.problems:
        assert problem.file.name == "population.yaml"
        assert problem.line > 1
        assert problem.remedy


def test_a_pack_without_a_scenario_says_what_to_write(folder: Path) -> None:
    (folder / "scenario" / "population.yaml").unlink()
    with pytest.raises(PackErrors, match=r"population\.md"):
        plan_of(load(folder))


def test_the_districts_own_scenario_is_sound(furong: Pack) -> None:
    counts = {group.kind: group.count for group in plan_of(furong).scenario.groups if group.count}
    assert counts == {"enterprise": 569, "building": 97, "site": 50, "hotel": 13}
