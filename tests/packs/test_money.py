"""Money has the digits of the pack's currency, wherever a pack speaks of it."""

from decimal import Decimal
from pathlib import Path

import pytest

from furong.engines.rules import Judge, read_value
from furong.packs import check, load

FILES = {
    "pack.yaml": """\
id: money
version: 1.0.0
title: Money
language: en
level: national
timezone: UTC
currency: {currency}
""",
    "facts/a.yaml": "facts:\n- {{key: rent, label: Rent, type: money}}\n",
    "kinds/a.yaml": "kinds:\n- {{id: firm, label: Firm, facts: [rent]}}\n",
    "policies/aid.yaml": """\
document: {{id: aid, title: Aid, issued: 2031, level: national}}
policies:
- id: AA01
  title: A third of the rent
  kinds: [firm]
  criteria: [{{id: pays, label: Pays rent, when: rent > 0}}]
  benefit: {{kind: subsidy, amount: rent * 0.333{to}}}
  cases:
  - {{title: The least, facts: {{rent: {least}}}, verdict: eligible, boundary: true}}
  - {{title: A thousand, facts: {{rent: 1001}}, verdict: eligible, amount: {third}}}
""",
}
LEAST = {"JPY": "1", "EUR": "0.01", "KWD": "0.001"}


def written(folder: Path, currency: str, third: str, *, least: str = "", to: str = "") -> Path:
    made = folder / "money"
    for name, text in FILES.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(
            text.format(currency=currency, third=third, least=least or LEAST[currency], to=to)
        )
    return made


@pytest.mark.parametrize(
    ("currency", "digits", "third"),
    [("JPY", 0, "333"), ("EUR", 2, "333.33"), ("KWD", 3, "333.333")],
)
def test_amounts_are_rounded_to_the_smallest_unit(
    currency: str, digits: int, third: str, tmp_path: Path
) -> None:
    folder = written(tmp_path, currency, third)

    assert [str(problem) for problem in check(folder).problems] == []
    pack = load(folder)
    assert pack.minor_units == pack.facts["rent"].scale == digits
    rent = pack.rulebook().facts["rent"]
    judged = Judge(pack.rulebook()).judge({"rent": read_value(rent, 1001)})
    assert judged[0].amount == int(Decimal(third).scaleb(digits))


@pytest.mark.parametrize(("currency", "least"), [("JPY", "0.5"), ("EUR", "0.001")])
def test_a_value_below_the_smallest_unit_is_refused(
    currency: str, least: str, tmp_path: Path
) -> None:
    folder = written(tmp_path, currency, "333", least=least)

    assert any(
        "小数" in problem.message or "整数" in problem.message for problem in check(folder).problems
    )


def test_nothing_is_rounded_below_the_smallest_unit(tmp_path: Path) -> None:
    (problem,) = check(written(tmp_path, "JPY", "333", to=", to: 0.1")).problems

    assert problem.message == "不能取整到 0.1"
    assert problem.remedy.startswith("最小到 1")


def test_a_currency_that_there_is_not_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, "EUR", "333.33")
    manifest = folder / "pack.yaml"
    manifest.write_text(manifest.read_text().replace("EUR", "EUO"))

    problems = {problem.message: problem.remedy for problem in check(folder).problems}

    assert problems["ISO 4217 里没有币种 EUO"] == "是否想写 EUR？"
