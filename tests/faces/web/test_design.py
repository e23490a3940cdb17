"""The design system keeps its promises: contrast, one list of colours, nothing inline, nothing foreign."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[3] / "src" / "furong" / "faces" / "web"
TEMPLATES = sorted(WEB.glob("templates/**/*.html"))
STYLES = sorted(WEB.glob("static/**/*.css"))
TOKENS = dict(
    re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", (WEB / "static/furong/tokens.css").read_text())
)
HUES = ("hibiscus", "jade", "amber", "violet", "blue")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance ratio of two tokens."""
    low, high = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("hue", HUES)
def test_text_in_a_colour_can_be_read_on_every_ground(hue: str) -> None:
    for ground in ("panel", "paper", f"{hue}-tint"):
        assert contrast(f"{hue}-ink", ground) >= 4.5, (hue, ground)


@pytest.mark.parametrize("ink", ["ink", "ink-2", "ink-3"])
def test_grey_text_can_be_read(ink: str) -> None:
    for ground in ("panel", "paper", "grey-tint"):
        assert contrast(ink, ground) >= 4.5, (ink, ground)


def test_borders_of_controls_and_bars_stand_out() -> None:
    assert contrast("control", "panel") >= 3
    for hue in HUES:
        assert contrast(hue, "panel") >= 3


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline_and_nothing_foreign(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]{3,}=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"(src|href|action)=\"(https?:)?//", text)


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_a_style_sheet_takes_its_colours_from_the_tokens(style: Path) -> None:
    text = style.read_text()
    assert not re.search(r"url\(\"?https?:", text)
    if style.name != "tokens.css":
        named = set(re.findall(r"var\(--([\w-]+)\)", text))
        declared = set(re.findall(r"--([\w-]+):", (WEB / "static/furong/tokens.css").read_text()))
        assert named <= declared, named - declared


def test_every_style_sheet_is_loaded() -> None:
    head = (WEB / "templates/web/head.html").read_text()
    assert [style.name for style in STYLES if f"furong/{style.name}" not in head] == []
