"""`furong demo` from nothing, as a user starts it: its own process, its own folder, SQLite."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

SIZE = 300
FURONG = [sys.executable, "-c", "import sys; from furong.faces.cli import main; sys.exit(main())"]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the tests of this file build up together."""
    return tmp_path_factory.mktemp("demo") / "state"


@pytest.fixture(scope="module")
def first(state: Path) -> "subprocess.CompletedProcess[str]":
    return furong("demo", "--no-serve", "--size", str(SIZE), state=state)


def environment(state: Path) -> dict[str, str]:
    """A developer's environment, which may name a real database; the demo must not touch it."""
    return os.environ | {
        "FURONG_STATE": str(state),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/never",
        "FURONG_DEBUG": "1",
    }


def furong(*arguments: str, state: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*FURONG, *arguments],
        env=environment(state),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def test_a_district_is_made_from_nothing(
    first: "subprocess.CompletedProcess[str]", state: Path
) -> None:
    assert first.returncode == 0, first.stderr
    assert "登记服务对象：完成" in first.stderr
    assert (state / "furong.sqlite3").is_file()
    assert (state / "static" / "staticfiles.json").is_file()


def test_a_second_start_finds_it(first: "subprocess.CompletedProcess[str]", state: Path) -> None:
    again = furong("demo", "--no-serve", state=state)
    assert again.returncode == 0
    assert "登记" not in again.stderr


def test_another_size_asks_for_a_reset(
    first: "subprocess.CompletedProcess[str]", state: Path
) -> None:
    other = furong("demo", "--no-serve", "--size", "400", state=state)
    assert other.returncode == 2
    assert "--reset" in other.stderr


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    refused = furong("demo", "--no-serve", "--reset", state=tmp_path)
    assert refused.returncode == 2
    assert "不是演示建的" in refused.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_busy_port_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = furong("demo", "--port", port, state=tmp_path / "state")
    assert refused.returncode == 2
    assert f"端口 {port} 已被别的程序占用" in refused.stderr
    assert not (tmp_path / "state").exists()


@pytest.fixture
def server(first: object, state: Path) -> Iterator[str]:
    """The address of a running demonstration, told by itself; it ends at Ctrl+C."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    with subprocess.Popen(
        [*FURONG, "demo", "--port", port],
        env=environment(state),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        yield next(line.split("：", 1)[1].strip() for line in process.stdout if "http" in line)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_the_browser_finds_the_cast_at_the_printed_address(server: str) -> None:
    with urlopen(f"{server}login/") as page:
        text = page.read().decode()
    assert "示例数据" in text
    assert "示例 政策专员" in text
    with urlopen(f"{server}p/") as page:
        assert page.status == 200
    with pytest.raises(HTTPError) as missing:
        urlopen(f"{server}nothing/")
    assert missing.value.code == 404
