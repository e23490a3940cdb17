"""Bodies that no honest client sends: each gets a clear 4xx, and nothing is written."""

import json
from collections.abc import Callable

import pytest

from furong.apps.base.models import Entry
from furong.apps.directory.models import User
from furong.apps.registry.models import FactEntry, Subject
from tests.faces.api.conftest import Api

type SignIn = Callable[[User], Api]


def facts(values: str) -> bytes:
    return f'{{"values": {values}}}'.encode()


MALFORMED = {
    "nothing": b"",
    "space": b" ",
    "no JSON": b"staff=8",
    "cut off": b'{"values": {"staff": 8',
    "two values": b'{"values": {}} {"values": {}}',
    "trailing comma": facts('{"staff": 8,}'),
    "comment": b'{"values": {"staff": 8}} // eight',
    "single quotes": b"{'values': {}}",
    "a list": b'[{"values": {"staff": 8}}]',
    "a number": b"8",
    "null": b"null",
    "text": b'"values"',
    "not UTF-8": b'{"values": {"staff": "\xff\xfe"}}',
    "GB18030": '{"cited": "芙蓉", "values": {"staff": 8}}'.encode("gb18030"),
    "UTF-16": '{"values": {"staff": 8}}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + facts('{"staff": 8}'),
    "NUL": facts(r'{"industry": "I65\u000010"}'),
    "NUL in a key": facts(r'{"sta\u0000ff": 8}'),
    "raw NUL": facts('{"industry": "I65\x0010"}'),
    "lone high surrogate": facts(r'{"industry": "\ud83d"}'),
    "lone low surrogate": facts(r'{"industry": "\udc00"}'),
    "surrogate in a key": facts(r'{"\ud800": 8}'),
    "surrogate in cited": rb'{"values": {"staff": 8}, "cited": "\udfff"}',
    "control character": facts(r'{"industry": "\u001b[31m"}'),
    "NaN": facts('{"staff": NaN}'),
    "infinity": facts('{"revenue": -Infinity}'),
    "a number of 5,000 digits": facts(f'{{"staff": {"9" * 5000}}}'),
    "beyond 64 bits": facts('{"staff": 9223372036854775808}'),
    "1e400": facts('{"revenue": 1e400}'),
    "1e999999999": facts('{"revenue": 1e999999999}'),
    "1e-400": facts('{"layoff_rate": 1e-400}'),
    "deep lists": facts('{"listed": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    "deep objects": b'{"values":' * 20_000 + b"1" + b"}" * 20_000,
    "seventeen deep": facts("[" * 17 + "]" * 17),
    "a key twice": b'{"values": {"staff": 8}, "values": {"staff": 9}}',
    "a fact twice": facts('{"staff": 8, "staff": 9}'),
    "a text of a megabyte": facts(f'{{"industry": "{"I" * 900_000}"}}'),
    "more than a megabyte": facts('{"industry": "I65"}') + b" " * 1_100_000,
}

WRONG = {
    "no values": {},
    "values missing": {"values": {}},
    "values a list": {"values": ["staff"]},
    "values null": {"values": None},
    "another field": {"values": {"staff": 8}, "by": "admin"},
    "source a number": {"values": {"staff": 8}, "source": 1},
    "source a list": {"values": {"staff": 8}, "source": ["owner"]},
    "long citation": {"values": {"staff": 8}, "cited": "长" * 201},
    "about a number": {"values": {"staff": 8}, "about": 0},
    "about a day that is none": {
        "values": {"staff": 8},
        "about": {"start": "2020-02-31", "end": "2020-03-01"},
    },
    "about reversed": {
        "values": {"staff": 8},
        "about": {"start": "2020-02-02", "end": "2020-02-01"},
    },
    "about a timestamp": {"values": {"staff": 8}, "about": {"start": 0, "end": 1}},
    "year 0": {"values": {"resumed_on": "0000-01-01"}},
    "an object": {"values": {"industry": {"code": "I65"}}},
    "a list for a number": {"values": {"staff": [8]}},
    "a boolean for a number": {"values": {"staff": True}},
    "a number for a boolean": {"values": {"resumed": 1}},
    "a word for a boolean": {"values": {"resumed": "yes"}},
    "a number for a code": {"values": {"industry": 65}},
    "a float for a count": {"values": {"staff": 8.5}},
    "a code for a set": {"values": {"listed": "key_goods"}},
    "numbers in a set": {"values": {"listed": [1]}},
    "a set in a set": {"values": {"listed": [["key_goods"]]}},
    "empty": {"values": {"staff": ""}},
    "below the least": {"values": {"staff": -1}},
    "above the most": {"values": {"staff": 10**9}},
    "too exact": {"values": {"revenue": "0.001"}},
    "no such code": {"values": {"industry": "'; DROP TABLE registry_subject; --"}},
    "an expression": {"values": {"revenue": "=1+1"}},
    "digits without end": {"values": {"revenue": "9" * 3000}},
    "no such fact": {"values": {"__class__": 1}},
    "a fact without a name": {"values": {"": 1}},
}


@pytest.fixture
def api(signed_in: SignIn, clerk_chen: User) -> Api:
    return signed_in(clerk_chen)


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(api: Api, east_firm: Subject, name: str) -> None:
    refused(api, east_firm, MALFORMED[name])


@pytest.mark.parametrize("name", WRONG)
def test_wrong(api: Api, east_firm: Subject, name: str) -> None:
    refused(api, east_firm, json.dumps(WRONG[name]).encode())


def refused(api: Api, subject: Subject, body: bytes) -> None:
    before = Entry.objects.count()
    for method, path in (("PUT", f"/subjects/{subject.pk}/facts"), ("POST", "/subjects")):
        answer = api.send(method, path, body, If_Match="*")
        assert 400 <= answer.status < 500, answer.body
        assert answer.body["message"]
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert not FactEntry.objects.exists()
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": " \u200b "},
        {"name": "长" * 201},
        {"name": 8},
        {"kind": ""},
        {"kind": None},
        {"opened_on": "2020-02-31"},
        {"opened_on": 1580688000},
        {"address": "长" * 501},
        {"zones": "park"},
        {"zones": [None]},
        {"identifiers": ["TX-1"]},
        {"identifiers": {"license": 1}},
        {"identifiers": {"license": ""}},
        {"identifiers": {"license": "T" * 65}},
        {"identifiers": {"uscc": "91990101MA000000"}},
        {"identifiers": {"uscc": "1.23E+17"}},
        {"identifiers": {"passport": "E1"}},
        {"number": "10000001"},
        {"merged_into": "0"},
    ],
)
def test_subjects_that_cannot_be(api: Api, fields: dict[str, object]) -> None:
    body = {"kind": "enterprise", "name": "小店", "street": "990101001", **fields}
    answer = api.send("POST", "/subjects", body)
    assert 400 <= answer.status < 500, answer.body
    assert not Subject.objects.exists()


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/xml",
    ],
)
def test_other_types_of_content(api: Api, east_firm: Subject, content_type: str) -> None:
    path = f"/subjects/{east_firm.pk}/facts"
    answer = api.send("PUT", path, facts('{"staff": 8}'), content_type=content_type, If_Match="*")
    assert (answer.status, answer.body["code"]) == (415, "unsupported_media_type")


def test_methods_that_are_not_there(api: Api, east_firm: Subject) -> None:
    for method in ("DELETE", "PATCH", "POST"):
        response = api.client.generic(method, f"/api/v1/subjects/{east_firm.pk}")
        assert response.status_code == 405
