"""Every setting is documented, and every documented setting exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = r"(FURONG_[A-Z_]+|DATABASE_URL)"


def test_the_settings_page_lists_what_the_code_reads() -> None:
    read = {
        name
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(rf'"{NAME}"', path.read_text("utf-8"))
    }
    page = (ROOT / "docs/reference/settings.md").read_text("utf-8")
    documented = set(re.findall(rf"^\| `{NAME}` \|", page, re.MULTILINE))
    assert read == documented
