"""Where a demonstration listens."""

import socket

import pytest

from furong.apps.base.errors import Refusal
from furong.faces.demo.serving import is_loopback, require_free


def test_a_busy_port_names_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refusal, match=f"端口 {port} 已被别的程序占用") as refusal:
            require_free("127.0.0.1", port)
    assert f"make demo PORT={port + 1 if port < 65535 else 8000}" in str(refusal.value)


def test_a_free_port_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    require_free("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [
        ("127.0.0.1", 70_000, "没有端口 70000"),
        ("192.0.2.1", 8000, "192.0.2.1:8000"),
        ("no such host", 8000, "没有地址"),
    ],
)
def test_an_impossible_place_is_refused(host: str, port: int, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        require_free(host, port)


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.cn", False)],
)
def test_who_can_reach_a_host(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone
