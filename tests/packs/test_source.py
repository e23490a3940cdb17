"""Reading one YAML file: YAML 1.2 values, and the place of each."""

from decimal import Decimal
from pathlib import Path

import pytest

from furong.packs.source import MAX_BYTES, Place, Source, parse, read


def parsed(text: str) -> Source:
    return parse(text, Source(Path("a.yaml")))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("FALSE", False),
        ("", None),
        ("~", None),
        ("Null", None),
        ("12", 12),
        ("-3", -3),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("0.10", Decimal("0.10")),
        (".5", Decimal("0.5")),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2020-02-30", "2020-02-30"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("5万", "5万"),
        ("1.0.0", "1.0.0"),
    ],
)
def test_values_are_those_of_yaml_1_2(text: str, value: object) -> None:
    source = parsed(f"a: {text}\n")

    assert source.problems == []
    assert source.data == {"a": value}
    assert type(source.data["a"]) is type(value)


def test_every_value_and_key_has_its_place() -> None:
    source = parsed("zones:\n- id: north\n  name: '北'\n- {id: south}\n")

    assert source.place(("zones",)) == Place(2, 1)
    assert source.place(("zones", 0, "id")) == Place(2, 7, 0)
    assert source.place(("zones", 0, "name")) == Place(3, 9, 1)
    assert source.key_places["zones", 1, "id"] == Place(4, 4)


def test_what_has_no_place_stands_at_what_holds_it() -> None:
    source = parsed("a: &x {b: 1}\nc: *x\n")

    assert source.data == {"a": {"b": 1}, "c": {"b": 1}}
    assert source.place(("c", "b")) == Place(2, 4)


def test_a_column_inside_a_quoted_text_counts_the_quote() -> None:
    source = parsed('a: "x + y"\n')
    source.add(("a",), "y?", "z", column=5)

    assert source.problems[0].column == 9


def test_a_column_inside_a_folded_text_is_not_guessed() -> None:
    source = parsed("a: >\n  x +\n  y\n")
    source.add(("a",), "y?", "z", column=5)

    assert (source.problems[0].line, source.problems[0].column) == (1, 4)


def test_a_byte_order_mark_is_no_fault() -> None:
    assert parsed("\ufeffa: 1\n").data == {"a": 1}


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("a: 1\nname: 芙蓉\n".encode("gb18030"))

    (problem,) = read(file).problems

    assert (problem.line, problem.column) == (2, 8)
    assert problem.message == "文件不是 UTF-8 编码"
    assert "GBK" in problem.remedy


def test_a_control_character(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: 1\nb: x\x00y\n")

    (problem,) = read(file).problems

    assert (problem.line, problem.column) == (2, 5)
    assert "控制字符" in problem.message


def test_a_file_over_four_mebibytes_is_not_parsed(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"#" * (MAX_BYTES + 1))

    (problem,) = read(file).problems

    assert problem.message == "文件超过 4 MiB"


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    (problem,) = read(tmp_path / "a.yaml").problems

    assert "读不出" in problem.message
