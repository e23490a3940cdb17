"""The catalogs of the interface: complete, fresh, and judged by a gate that sees what is wrong."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import gettext, ngettext, override
from opencc import OpenCC

from tools.messages.__main__ import made, problems
from tools.messages.catalogs import CONVERSION, ENGLISH, TRADITIONAL, text_file
from tools.messages.problems import CHINESE
from tools.messages.unwrapped import in_module, in_template

GLOSSARY = Path(__file__).parents[1] / "docs" / "reference" / "glossary.md"


def test_every_message_is_wrapped_and_translated_and_the_catalogs_are_what_the_sources_make() -> (
    None
):
    assert [str(problem) for problem in problems()] == []


def test_the_compiled_catalogs_speak() -> None:
    with override("en"):
        assert gettext("服务对象") == "Subjects"
        assert [ngettext("行", "行", n) for n in (1, 2)] == ["row", "rows"]
    with override("zh-hant"):
        assert gettext("服务对象") == "服務對象"
    with override("zh-hans"):
        assert gettext("服务对象") == "服务对象"


@pytest.mark.parametrize(
    ("template", "seen"),
    [
        ("<p>\n  没有找到\n</p>", [(2, "没有找到")]),
        ("<p>{{ a }}，{{ b }}</p>", [(1, "，")]),
        ('<input placeholder="名称">', [(1, '<input placeholder="名称">')]),
        ('{% include "x.html" with title="名称" %}', [(1, '"名称"')]),
        ('\n{{ name|default:"不详" }}', [(2, '"不详"')]),
        ('{{ name|default:_("不详") }}', []),
        ('{% translate "名称" %}{% translate "名称" as label %}', []),
        (
            "{% blocktranslate count n=n %}{{ n }} 家{% plural %}{{ n }} 家{% endblocktranslate %}",
            [],
        ),
        ("{# 注 #}{% comment %}注{% endcomment %}", []),
    ],
)
def test_chinese_outside_gettext_is_seen_in_a_template(
    template: str, seen: list[tuple[int, str]]
) -> None:
    assert [(line, words.strip()) for line, words in in_template(template)] == seen


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ('x = "名称"', [(1, "名称")]),
        ('x = f"{a}（{b}）"', [(1, "（"), (1, "）")]),
        ('x = "、".join(names)', [(1, "、")]),
        ('"""文档"""\nx = _("名称")\ny = ngettext("一家", "几家", n)', []),
        ('x = "名称"  # zh: a heading of uploaded tables', []),
        ('x = {  # zh: headings of uploaded tables\n    "a": "名称",\n}', []),
    ],
)
def test_chinese_outside_gettext_is_seen_in_a_module(
    code: str, seen: list[tuple[int, str]]
) -> None:
    assert list(in_module(code)) == seen


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A source folder with one module, whose catalogs are complete and fresh."""
    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "words.py").write_text(
        '_("%(name)s 有误")\n_("{x}")\nngettext("%(n)d 家", "%(n)d 家", n)\n', "utf-8"
    )
    _write(folder)
    _edit(folder, ENGLISH, 'msgid "%(name)s 有误"\nmsgstr ""', "%(name)s is wrong")
    _edit(folder, ENGLISH, 'msgid "{x}"\nmsgstr ""', "{x}")
    _edit(folder, ENGLISH, 'msgstr[0] ""', "%(n)d firm")
    _edit(folder, ENGLISH, 'msgstr[1] ""', "%(n)d firms")
    _write(folder)
    return folder


def _write(folder: Path) -> None:
    for path, content in made(folder, folder / "locale").items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _edit(folder: Path, language: str, old: str, new: str) -> None:
    """Replaces the last string of `old` in a catalog."""
    path = text_file(language, folder / "locale")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, old[: old.rindex('"', 0, -1)] + f'"{new}"'), "utf-8")


def _told(folder: Path) -> Iterator[str]:
    for problem in problems(folder, folder / "locale"):
        yield f"{Path(problem.file).name}:{problem.line}: {problem.message}"


def test_whole_and_fresh_catalogs_pass(source: Path) -> None:
    assert list(_told(source)) == []


def test_writing_the_catalogs_twice_changes_nothing(source: Path) -> None:
    before = made(source, source / "locale")
    _write(source)
    assert made(source, source / "locale") == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('msgstr "%(name)s is wrong"', "", "words.py:1: en: not translated"),
        ('msgstr "%(name)s is wrong"', "%(nam)s is wrong", "words.py:1: en: placeholders differ"),
        ('msgstr "{x}"', "x", "words.py:2: en: placeholders differ"),
        ('msgstr[1] "%(n)d firms"', "", "words.py:3: en: 2 plural forms are needed"),
        ('msgstr "%(name)s is wrong"', "%(name)s 有误", "Chinese left in"),
        ('msgstr "%(name)s is wrong"', "%(name)s is “出错”", "Chinese left in"),
    ],
)
def test_a_translation_that_lacks_or_breaks_something_fails(
    source: Path, old: str, new: str, told: str
) -> None:
    _edit(source, ENGLISH, old, new)
    _write(source)
    found = list(_told(source))
    assert len(found) == 1
    assert told in found[0]


def test_a_word_to_be_typed_as_it_is_may_be_quoted(source: Path) -> None:
    _edit(source, ENGLISH, 'msgstr "%(name)s is wrong"', "%(name)s says “有误”")
    _write(source)
    assert list(_told(source)) == []


def test_a_fuzzy_translation_fails(source: Path) -> None:
    path = text_file(ENGLISH, source / "locale")
    path.write_text(
        path.read_text("utf-8").replace("#, python-format", "#, fuzzy, python-format", 1)
    )
    _write(source)
    assert any("words.py:1: en: marked fuzzy" in line for line in _told(source))


def test_a_new_message_fails_until_the_catalogs_are_written(source: Path) -> None:
    (source / "more.py").write_text('_("新增")\n', "utf-8")
    told = list(_told(source))
    assert "more.py:1: en: not translated: '新增'" in told
    assert sum("run `make messages`" in line for line in told) >= 2


def test_a_hand_edited_traditional_catalog_fails(source: Path) -> None:
    _edit(source, TRADITIONAL, 'msgstr "%(name)s 有誤"', "%(name)s 錯了")
    assert list(_told(source)) == ["django.po:1: not what the sources make: run `make messages`"]


def test_a_message_that_is_counted_only_here_and_there_fails(source: Path) -> None:
    (source / "more.py").write_text('_("%(n)d 家")\n', "utf-8")
    assert any("more.py:1: counted elsewhere" in line for line in _told(source))


def test_the_glossary_agrees_with_the_catalogs() -> None:
    """Its traditional column is the conversion; an English term stands in no other script."""
    rows = re.findall(
        r"^\| (\S+) \| (\S+) \| ([^|]+) \|", GLOSSARY.read_text("utf-8"), re.MULTILINE
    )
    terms = [row for row in rows if CHINESE.search(row[0])]
    convert = OpenCC(CONVERSION).convert
    assert len(terms) > 60
    assert [row for row in terms if row[1] != convert(row[0])] == []
    assert [row for row in terms if CHINESE.search(row[2])] == []
