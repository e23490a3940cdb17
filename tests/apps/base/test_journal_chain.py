"""The canonical form and the hashes, against published vectors: outsiders compute the same."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from furong.apps.base.journal_chain import (
    LEAF,
    BatchLine,
    EntryLine,
    NotCanonical,
    Unreadable,
    canonical,
    digest,
    dump,
    instant,
    load,
    merkle_root,
)

# The test inputs and roots of Google's Certificate Transparency (RFC 6962, SHA-256).
CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
CT_LEAVES += ["606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_trees_are_those_of_rfc_6962(size: int) -> None:
    leaves = [digest("sha256", LEAF, bytes.fromhex(leaf)) for leaf in CT_LEAVES[:size]]
    assert merkle_root(leaves, "sha256").hex() == CT_ROOTS[size - 1]


def test_sm3_is_the_national_standard() -> None:
    """GB/T 32905-2016, example 1."""
    assert digest("sm3", b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def test_an_unknown_algorithm_is_named() -> None:
    with pytest.raises(ValueError, match="md5"):
        digest("md5", b"")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None, -5]}, '{"a":[true,null,-5],"b":1}'),
        ({"乙": "芙蓉", "甲": "“区”"}, '{"乙":"芙蓉","甲":"“区”"}'),
        ('\x01\x1f\x7f"\\/\n\u2028', '"\\u0001\\u001f\x7f\\"\\\\/\\n\u2028"'),
        ({"\U0001f33a": 1, "\uffee": 2}, '{"\uffee":2,"\U0001f33a":1}'),  # by code point
        ([2**63 - 1, -(2**63 - 1)], "[9223372036854775807,-9223372036854775807]"),
        ({}, "{}"),
    ],
)
def test_the_canonical_form(value: object, written: str) -> None:
    assert canonical(value) == written.encode()


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"amount": 1.0}, "amount"),
        ({"rows": [{"rate": float("nan")}]}, r"rows\[0\].rate"),
        ({"amount": Decimal(1)}, "amount"),
        ({"n": 2**63}, "n"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "\ud83d"}, "text"),
        ({1: "x"}, "1"),
        ({"x": {1, 2}}, "x"),
        ({"x": b"bytes"}, "x"),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_name(value: object, where: str) -> None:
    with pytest.raises(NotCanonical, match=where):
        canonical(value)


def test_deep_nesting_is_refused() -> None:
    nested: list[object] = []
    for _ in range(5_000):
        nested = [nested]
    with pytest.raises(NotCanonical, match="32 层"):
        canonical(nested)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
).filter(lambda value: "\\u0000" not in ascii(value) and "\\x00" not in ascii(value))


@given(JSON)
def test_a_line_reads_back_as_it_was_written(value: object) -> None:
    line = EntryLine({"position": 1, "payload": value}, leaf="00")
    assert load(dump(line)) == line


def test_moments_are_written_in_utc_to_the_microsecond() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert instant(datetime(2020, 2, 3, 8, 0, tzinfo=shanghai)) == "2020-02-03T00:00:00.000000Z"
    assert instant(datetime(2020, 2, 3, 8, 0, 0, 7, UTC)) == "2020-02-03T08:00:00.000007Z"
    with pytest.raises(NotCanonical, match="时区"):
        instant(datetime(2020, 2, 3, 8, 0))


HASH = "0" * 64
BATCH = BatchLine(1, 1, 2, "sha256", HASH, HASH, HASH, "2020-02-03T00:00:00.000000Z")


def test_a_batch_reads_back_as_it_was_written() -> None:
    assert load(dump(BATCH)) == BATCH


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"[" * 100_000,
        b'{"entry":{},"leaf":""}',
        b'{"entry":{"position":"1"},"leaf":""}',
        b'{"entry":{"position":true},"leaf":""}',
        b'{"entry":{"position":1}}',
        b'{"batch":{}}',
        dump(BATCH).replace(b'"number":1', b'"number":"1"'),
        dump(BATCH).replace(b'"first":1', b'"first":true'),
        dump(BATCH).replace(HASH.encode(), b"0", 1),
        dump(BATCH).replace(b"00.000000Z", b"00Z"),
    ],
)
def test_a_broken_line_is_a_finding_not_a_crash(line: bytes) -> None:
    assert isinstance(load(line), Unreadable)
