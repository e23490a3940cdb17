"""The web server of a demonstration, on this machine alone unless asked otherwise."""

import errno
import ipaddress
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from furong.apps.base.errors import Refusal

WORKERS = 2
THREADS = 4
PATIENCE = 600  # twentieths of a second until workers listen
log = logging.getLogger(__name__)


def require_free(host: str, port: int) -> None:
    """Raises Refusal where nothing can listen at host and port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError:
            raise Refusal(f"没有端口 {port}。请写 1024 到 65535 之间的数") from None
        except socket.gaierror:
            raise Refusal(f"本机没有地址 {host}。请写 127.0.0.1，或本机的一个地址") from None
        except OSError as error:
            raise Refusal(_why(error, host, port)) from error


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return (
            f"端口 {port} 已被别的程序占用（也许是另一个演示）。"
            f"请停掉它，或换一个：furong demo --port {other}（make demo PORT={other}）"
        )
    if error.errno == errno.EACCES:
        return f"没有权限用端口 {port}。请换一个 1024 以上的：furong demo --port 8000"
    return f"不能在 {host}:{port} 上提供服务：{error.strerror}。请换一个地址或端口"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def serve(host: str, port: int, *, ready: Callable[[], object]) -> None:
    """Serves until interrupted. ready: called once, when a browser gets an answer."""
    from granian import Granian

    class Server(Granian):  # type: ignore[valid-type, misc] # the package chooses it
        def startup(self, *args: Any) -> None:
            super().startup(*args)
            # Only now: a process with threads should not fork its workers.
            threading.Thread(target=_when_open, args=(host, port, ready), daemon=True).start()

    with _worker():
        _serve(Server, host, port)


@contextmanager
def _worker() -> Iterator[None]:
    """`furong worker` beside the server: timers fire and the journal is sealed as in earnest."""
    command = [sys.executable, "-m", "furong.faces.cli", "worker", "--with-parent"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own
        try:
            yield
        finally:
            process.terminate()


def _serve(server: Any, host: str, port: int) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server(
        f"{__name__}:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=min(WORKERS, os.cpu_count() or 1),
        blocking_threads=THREADS,
        factory=True,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


def _when_open(host: str, port: int, ready: Callable[[], object]) -> None:
    for _ in range(PATIENCE):
        try:
            with socket.create_connection((host, port)):
                ready()
                return
        except OSError:
            time.sleep(0.05)


def application() -> Any:
    """The WSGI application of one worker. It is warmed up beside the first requests."""
    from django.core.wsgi import get_wsgi_application

    made = get_wsgi_application()
    threading.Thread(target=warm, daemon=True).start()
    return made


def warm() -> None:
    """Makes what the first page would otherwise wait for: rulebook, columns, sweeps."""
    from django.db import connection

    from furong.apps.base import clock
    from furong.apps.policies import reads

    try:
        reads.reaches(clock.now())
    except Exception:  # a page that fails for the same reason will say so
        log.warning("The warm-up failed; the first pages will be slow.", exc_info=True)
    finally:
        connection.close()
