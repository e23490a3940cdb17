"""However a file is damaged, the checker answers with problems or with a sound pack."""

import random
from pathlib import Path

import pytest

from furong.packs import check
from tests.packs.test_examples import copied

SCRAPS = (
    "null", "[]", "{}", "no", "true", "-1", "1.5", "x", "[x]", "{x: 1}", "[{id: [x]}]", "&a x",
    "*a", "- x", "\t", "a: b: c", '"', "[", "}", "!!t x", "---", "%", "@", "|", ">", "\0", "?",
    "SELECT", "9" * 30, "''", "<<: *a", "é", "😀", "staff / 2", "2031-02-30",
)  # fmt: skip


def damage(text: str, chance: random.Random) -> str:
    """The text with one line dropped, doubled, cut, or with a scrap in it."""
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    line, scrap = lines[place], chance.choice(SCRAPS)
    cut = chance.randrange(len(line) + 1)
    key = line[: line.find(":") + 1]
    lines[place] = chance.choice(
        [
            "",
            f"{line}\n{line}",
            line[:cut],
            f"{line[:cut]}{scrap}{line[cut:]}",
            f"{key} {scrap}",
        ]
    )
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(40))
def test_damage_is_reported_and_never_raised(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    folder = copied(tmp_path)
    file = chance.choice(sorted(folder.rglob("*.yaml")))
    file.write_text(damage(file.read_text(encoding="utf-8"), chance), encoding="utf-8")

    report = check(folder / "strelsau")

    assert report.problems or report.pack
    for problem in report.problems:
        assert problem.file.is_relative_to(folder)
        assert min(problem.line, problem.column) >= 1
        assert problem.message
        assert problem.remedy
