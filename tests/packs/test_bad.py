"""Every trap in bad/ gives exactly the problems that stand below its `=== expect` line.

A trap is a text file: the pack's files, each below `=== path` (from the pack's folder), then the
problems. Without a pack.yaml of its own it extends the pack `ruritania` of examples/.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from furong.packs import check
from furong.packs.chain import SEARCH_VARIABLE

HERE = Path(__file__).parent
TRAPS = sorted((HERE / "bad").glob("*.txt"))
MANIFEST = """\
id: trap
version: 1.0.0
title: Trap
language: en
extends: [ruritania]
level: national
"""


def parts(trap: Path) -> dict[str, str]:
    """The files of a trap by path, and its expected problems under "expect"."""
    found: dict[str, str] = {}
    name = ""
    for line in trap.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("=== "):
            name = line[4:].strip()
            found[name] = ""
        elif name:
            found[name] += line
    return found


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in {"pack.yaml": MANIFEST, **files}.items():
        file = (folder / name).resolve()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.stem)
def test_trap(trap: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(HERE / "examples"))
    files = parts(trap)
    expected = files.pop("expect")
    folder = tmp_path / "trap"
    write(folder, files)

    report = check(folder)

    said = "".join(f"{problem}\n" for problem in report.problems)
    assert said.replace(f"{folder}/", "").replace(f"{tmp_path}/", "../") == expected
    assert report.problems, "a trap must be found"
