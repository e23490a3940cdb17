"""Codes that check, and that nobody has."""

import pytest
from stdnum.cn import uscc

from furong.faces.demo.codes import ALPHABET, MAXIMUM, credit_code, other_number


@pytest.mark.parametrize("number", [0, 1, 30, 31, 961, 12_000, 9_999_999, MAXIMUM - 1])
def test_a_credit_code_checks(number: int) -> None:
    code = credit_code(number, prefix="92", division="990101")
    assert uscc.validate(code) == code
    assert code.startswith("92990101XNX")


def test_the_organisation_part_has_its_own_check_character() -> None:
    """GB 11714: 11 less the weighted sum modulo 11, X for 10 and 0 for 11."""
    for number in range(200):
        body = credit_code(number, prefix="91", division="990101")[8:17]
        weights = (3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(int(c, 36) * w for c, w in zip(body, weights, strict=False))
        check = 11 - total % 11
        assert body[8] == {10: "X", 11: "0"}.get(check, str(check))


def test_all_codes_differ() -> None:
    codes = {credit_code(n, prefix="91", division="990101") for n in range(40_000)}
    assert len(codes) == 40_000
    assert {c for code in codes for c in code} <= set(ALPHABET)


def test_other_numbers_are_marked_as_made_up() -> None:
    assert other_number(12, division="990101") == "XN99010100000012"
