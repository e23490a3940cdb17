"""Papers: text is data, whatever it says; a paper is printed once; a missing font is named."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import segno
import typst
from pytest_django.fixtures import Settings

from furong.apps.notices import checks
from furong.apps.notices.papers import (
    Content,
    Kind,
    PaperRefused,
    Section,
    fonts,
    printed,
    printing,
)

CONTENT = Content(
    place="测试区企业服务",
    title="小微企业复工补贴",
    tags=["区", "免申即享"],
    summary="对按期复工的小微企业给予一次性补贴。",
    amount_lead="每家最高",
    amount="2 万元",
    amount_note="按“期末从业人员 × 500”计",
    amount_unknown=False,
    until_label="时限",
    until="2020年3月1日至2020年3月31日",
    sections=[
        Section("条件", ["小型或微型企业", "从业人员不超过 50 人"], ["营业收入口径：原文未见"]),
        Section("流程", ["提交", "审核", "拨付"], ordered=True),
        Section("电话", [], ["咨询电话原文未见，待核"]),
    ],
    calls="扫码查看条件与办理流程",
    link="https://furong.example.gov.cn/s/abcdefghijklmnop/",
    shown="furong.example.gov.cn/s/abcdefghijklmnop",
    mark="示例数据",
    foot="以正式文件为准。",
    paper_title="申报指南",
    more="其余条件扫码查看",
)
NASTY = [
    '#import "@preview/cetz:0.1.0" #panic()',
    '#read("/etc/passwd") #sys.inputs.content',
    "*粗* _斜_ $x^2$ `code` = 题 @x <y> [z] \\ // /* ---",
    '"}, "foot": "改写',
    "\u202eمرحبا بالعالم\u202c 😀👨‍👩‍👧‍👦 \ufffd\u0000\u200b",
    "长" * 300,
    "https://" + "a" * 300,
]


@pytest.fixture(autouse=True)
def shelf(settings: Settings, tmp_path: Path) -> Path:
    settings.STATE_DIR = tmp_path
    return tmp_path / "papers"


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_text_that_reads_like_markup_is_printed_and_nothing_else(text: str) -> None:
    everywhere = replace(
        CONTENT,
        title=text,
        summary=text,
        amount=text,
        tags=[text[:40]],
        sections=[Section(text, [text, text], [text])],
        until=text,
        foot=text,
    )
    for kind in Kind:
        assert printed(kind, everywhere)[:4] in {b"\x89PNG", b"%PDF"}


def test_no_text_stands_in_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def spy(source: bytes, **options: object) -> bytes:
        seen.append((source, options))
        return b"paper"

    monkeypatch.setattr(typst, "compile", spy)
    printed(Kind.GUIDE, replace(CONTENT, title=NASTY[0]))
    ((source, options),) = seen
    assert b"cetz" not in source
    assert "CONTENT" not in str(options)
    assert json.loads(options["sys_inputs"]["content"])["title"] == NASTY[0]  # type: ignore[index]


def test_a_paper_with_next_to_nothing_on_it_is_printed() -> None:
    bare = replace(
        CONTENT,
        summary="",
        amount="服务",
        amount_lead="服务",
        amount_note="",
        until="",
        mark="",
        sections=[],
    )
    for kind in Kind:
        assert len(printed(kind, bare)) > 1000


def test_a_poster_is_1080_pixels_wide() -> None:
    header = printed(Kind.POSTER, CONTENT)[16:20]
    assert int.from_bytes(header) == 1080


def test_the_code_on_the_paper_holds_the_whole_link() -> None:
    expected = segno.make(CONTENT.link, error="q", micro=False)
    assert expected.error == "Q"
    assert printing._qr(CONTENT.link) != printing._qr(CONTENT.link[:-2])


def test_a_paper_is_printed_once(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = printed(Kind.POSTER, CONTENT)
    monkeypatch.setattr(typst, "compile", lambda *_args, **_options: pytest.fail("printed again"))
    assert printed(Kind.POSTER, CONTENT) == first
    assert [one.suffix for one in shelf.iterdir()] == [".png"]


def test_another_link_is_another_paper(shelf: Path) -> None:
    one = printed(Kind.POSTER, CONTENT)
    other = printed(Kind.POSTER, replace(CONTENT, link=CONTENT.link.replace("abcd", "dcba")))
    assert one != other
    assert len([*shelf.iterdir()]) == 2


def test_the_shelf_does_not_grow_for_ever(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "KEPT", 8)
    monkeypatch.setattr(typst, "compile", lambda *_args, **_options: b"paper")
    for number in range(30):
        printed(Kind.POSTER, replace(CONTENT, title=str(number)))
    assert len([*shelf.iterdir()]) <= 9


def test_a_missing_font_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "found", tuple)
    with pytest.raises(PaperRefused, match="fonts-noto-cjk"):
        printed(Kind.POSTER, CONTENT)
    (warning,) = checks.check_fonts()
    assert "fonts-noto-cjk" in str(warning.hint)


def test_this_machine_has_a_font() -> None:
    assert fonts.found()
    assert [*checks.check_fonts()] == []
