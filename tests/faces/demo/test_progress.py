"""Progress reads well on a terminal and in a log."""

import io

from furong.faces.demo.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_a_quarter() -> None:
    out = io.StringIO()
    progress = Progress("登记", 12_000, out)
    for done in range(0, 12_001, 100):
        progress.at(done)
    progress.done()
    lines = out.getvalue().splitlines()
    assert lines[:3] == ["登记：3,000 / 12,000", "登记：6,000 / 12,000", "登记：9,000 / 12,000"]
    assert len(lines) == 4
    assert "完成" in lines[3]
    assert "\r" not in out.getvalue()


def test_a_terminal_gets_one_line_that_changes() -> None:
    out = Terminal()
    progress = Progress("登记", 10, out)
    for done in range(11):
        progress.at(done)
    progress.done()
    assert out.getvalue().count("\n") == 1
    assert "█" * 30 + " 10 / 10" in out.getvalue()
