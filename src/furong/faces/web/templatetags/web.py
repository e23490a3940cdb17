"""Template tags of the web face: icons, bars, counts."""

from collections.abc import Sequence

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale

from furong.faces.web.presenters import figures
from furong.faces.web.presenters.parts import Segment

register = template.Library()

# Drawn on a 20 × 20 field with a 1.5 line; a name says what it shows, not where it stands.
ICONS = {
    "alert": "M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.2v.1",
    "bell": "M10 3a4.5 4.5 0 0 0-4.5 4.5c0 4-1.5 5.5-2 6.5h13c-.5-1-2-2.5-2-6.5A4.5 4.5 0 0 0 10 3M8.3 16.5c.7 1 2.7 1 3.4 0",
    "building": "M4.5 17V3.5h7V17M11.5 8h4v9M2.5 17h15M7 6.5h2M7 9.5h2M7 12.5h2",
    "camera": "M3 6.5h3l1.5-2.5h5L14 6.5h3V16H3zM10 8.2a2.9 2.9 0 1 0 0 5.8 2.9 2.9 0 0 0 0-5.8",
    "check": "M4 10.5 8.2 14.7 16 6",
    "chevron": "M7.5 4.5 13 10l-5.5 5.5",
    "close": "M5 5l10 10M15 5 5 15",
    "columns": "M3 4h14v12H3zM8 4v12M12.5 4v12",
    "copy": "M7 7h9.5v9.5H7zM4 13H3.5V3.5H13V4",
    "document": "M5 2.5h7l3.5 3.5v11.5H5zM11.5 2.5v4h4M7.5 10h5.5M7.5 13h5.5",
    "down": "M5 7.5 10 12.5l5-5",
    "download": "M10 3v9.5M6 9l4 4 4-4M3.5 16.5h13",
    "chart": "M3.5 3.5v13h13M7 13.5V9M10.5 13.5V6M14 13.5v-3",
    "flag": "M5 17.5V3h10.5L13 7l2.5 4H5",
    "globe": "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M2.5 10h15M10 2.5c5 5 5 10 0 15M10 2.5c-5 5-5 10 0 15",
    "more": "M4 5.5h12M4 10h12M4 14.5h12",
    "home": "M3 9.5 10 3.5l7 6M5 8.5v8h10v-8M8.5 16.5v-5h3v5",
    "inbox": "M3 11.5 5.5 4h9L17 11.5v5H3zM3 11.5h4l1 2h4l1-2h4",
    "info": "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M10 9v5M10 6.3v.1",
    "leave": "M11.5 3.5h-7v13h7M8.5 10h8.5M14 6.8 17.2 10 14 13.2",
    "megaphone": "M3 8v4h2.5L13 16V4L5.5 8zM6.5 12.2 7.5 17h2l-1-3.7M15.5 7.5c1.3 1.3 1.3 3.7 0 5",
    "pen": "M4 16l1-4L13.5 3.5l3 3L8 15zM11.5 5.5l3 3",
    "phone": "M5 3h3l1.2 3.6L7.5 8c.8 2 2.4 3.6 4.5 4.5l1.4-1.7L17 12v3c0 1-.8 2-1.9 2C8.7 16.7 3.3 11.3 3 4.9 3 3.8 4 3 5 3",
    "phone-page": "M6 2.5h8v15H6zM9 15.2h2",
    "plus": "M10 4v12M4 10h12",
    "print": "M6 7V3h8v4M6 14H3.5V7h13v7H14M6 11.5h8V17H6z",
    "question": "M7.2 7.3c0-3.6 5.8-3.6 5.8 0 0 2.2-2.9 2.5-2.9 5M10.1 15.4v.1",
    "scale": "M10 3v14M6.5 17h7M4 6h12M4 6l-2 5.5h4zM16 6l-2 5.5h4z",
    "search": "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M13 13l4 4",
    "send": "M17 3 2.5 8.8l5.8 2.7L11 17.3zM8.3 11.5 17 3",
    "share": "M14.5 2.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4M5.5 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4M14.5 12.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4M7.5 9l5-2.8M7.5 11l5 2.8",
    "shield": "M10 2.5 16.5 5v4.5c0 4-2.7 6.7-6.5 8-3.8-1.3-6.5-4-6.5-8V5zM7 10l2.2 2.2L13.2 8",
    "sort": "M6.5 8 10 4.5 13.5 8M6.5 12l3.5 3.5 3.5-3.5",
    "text-size": "M2.5 16 7 4.5 11.5 16M4 12.5h6M12.5 16l2.7-7 2.7 7M13.4 13.8h3.7",
    "up": "M5 12.5 10 7.5l5 5",
    "undo": "M7 4 3.5 7.5 7 11M3.5 7.5h8a4.5 4.5 0 0 1 0 9H8",
    "upload": "M10 13V3.5M6 7l4-4 4 4M3.5 16.5h13",
    "user": "M10 3.5a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4M3.5 17c.6-3.2 3.2-4.7 6.5-4.7s5.9 1.5 6.5 4.7",
}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A drawing beside words that say the same; hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        css,
        ICONS[name],
    )


@register.simple_tag
def bar(segments: Sequence[Segment], css: str = "") -> SafeString:
    """A stretched bar of coloured parts; the figures stand beside it as text."""
    parts = format_html_join(
        "",
        '<rect class="{}" x="{}" width="{}" height="8"/>',
        ((part.tone, part.start, part.width) for part in segments),
    )
    return format_html(
        '<svg class="bar {}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        "{}{}</svg>",
        css,
        mark_safe('<rect class="track" width="100" height="8"/>'),
        parts,
    )


@register.simple_tag
def language_tag() -> str:
    """The interface's language as `lang` writes it: zh-Hans."""
    return to_locale(get_language() or settings.LANGUAGE_CODE).replace("_", "-")


@register.simple_tag
def original() -> SafeString:
    """`lang` of what stands in the pack's own language, where the interface is in another one."""
    own = to_locale(settings.LANGUAGE_CODE).replace("_", "-")
    return format_html(' lang="{}"', own) if translated() else SafeString()


@register.simple_tag
def translated() -> bool:
    """Whether the interface is in another language than its packs."""
    return get_language() != settings.LANGUAGE_CODE


@register.filter
def thousands(number: int) -> str:
    """12000 → 12,000, in every language."""
    return figures.count(number)
