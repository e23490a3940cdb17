"""What must hold of the repository as a whole."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def text_of(path: Path) -> str:
    return path.read_text("utf-8", errors="ignore")


def test_no_district_is_named_in_the_code() -> None:
    named = re.compile("芙蓉|长沙|湖南|Changsha|Hunan|Longping|隆平")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "src").rglob("*.py")
        for line in text_of(path).splitlines()
        if named.search(line)
    ]
    assert found == []


def test_no_tracked_file_names_a_package_index() -> None:
    index = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|--index-url|extra-index")
    allowed = {"tests/test_repository.py", "Makefile"}
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if str(path.relative_to(ROOT)) not in allowed and index.search(text_of(path))
    ]
    assert found == []


def test_every_link_between_documents_leads_somewhere() -> None:
    link = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in link.findall(text_of(path)):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)} → {target}")  # noqa: PERF401
    assert broken == []


def test_english_and_chinese_user_pages_come_in_pairs() -> None:
    folders = [ROOT, ROOT / "docs" / "how-to", ROOT / "docs" / "tutorial"]
    alone = []
    for folder in folders:
        for path in folder.glob("*.md"):
            if path.name in {"CHANGELOG.md", "CONTRIBUTING.md"} or path.stem.endswith(".zh-Hans"):
                continue
            if not path.with_suffix(".zh-Hans.md").exists():
                alone.append(str(path.relative_to(ROOT)))
    assert alone == []
