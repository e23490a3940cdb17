"""The tokenizer: golden pairs in tokens.txt, and what holds for every text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from furong.engines.text import index_tokens, query_tokens, spelling_tokens
from furong.engines.text.tokens import QUERY_LIMIT


def golden_pairs() -> list[list[str]]:
    lines = (Path(__file__).parent / "tokens.txt").read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.split("|")]
        for line in lines
        if line and not line.startswith("#")
    ]


def tokens_of(function: str, text: str) -> list[str]:
    if function == "query":
        return [token + "*" * prefix for token, prefix in query_tokens(text)]
    return index_tokens(text) if function == "index" else spelling_tokens(text)


def found(query: str, name: str) -> bool:
    stored = index_tokens(name) + spelling_tokens(name)
    return all(
        any(
            token.startswith(term.token) if term.prefix else token == term.token for token in stored
        )
        for term in query_tokens(query)
    )


@pytest.mark.parametrize(("function", "text", "expected"), golden_pairs())
def test_golden(function: str, text: str, expected: str) -> None:
    assert tokens_of(function, text) == expected.split()


@pytest.mark.parametrize("query", ["停车", "场管", "理", "tcc", "tingchechang", "guanli", "cgl"])
def test_a_name_is_found_from_any_of_its_characters(query: str) -> None:
    assert found(query, "五一商圈停车场管理")


def test_a_name_is_found_with_and_without_its_brackets() -> None:
    assert found("九龙仓长沙", "九龙仓（长沙）置业")
    assert found("九龙仓(长沙)", "九龙仓（长沙）置业")
    assert found("九龙仓 置业", "九龙仓（长沙）置业")


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_tokens_can_be_stored_joined_by_spaces(text: str) -> None:
    tokens = index_tokens(text) + spelling_tokens(text)
    assert " ".join(tokens).split(" ") == (tokens or [""])
    assert not any(c.isascii() and not c.isalnum() for token in tokens for c in token)


@given(st.text(alphabet="芙蓉置业停车长沙行", min_size=1, max_size=30), st.data())
def test_every_part_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert found(text[start:end], text)


def test_a_long_query_is_cut() -> None:
    assert query_tokens("字" * 10_000) == query_tokens("字" * QUERY_LIMIT)
