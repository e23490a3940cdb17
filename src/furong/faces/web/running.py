"""Work that goes on behind a progress page, and whether it still does.

Who works on a thing holds a lock on a small file, which the system lets go of when the process
ends, however it ends. So "running" is never what a crash or a restart has left behind, and whoever
finds the work not finished and nobody at it may take it up again.
"""

import fcntl
import logging
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import IO

from django.conf import settings
from django.db import connections

from furong.apps.base.errors import Refusal

log = logging.getLogger(__name__)


def begin(key: str, work: Callable[[], object]) -> None:
    """Does the work in a thread of its own, unless someone is at it already."""
    file = _path(key)
    file.parent.mkdir(parents=True, exist_ok=True)
    held = file.open("a+")
    if _locked(held):
        held.truncate(0)
        Thread(target=_work, args=(key, held, work), name=f"import-{key}").start()
    else:
        held.close()


def is_running(key: str) -> bool:
    """Whether someone is at it now, in this process or another one of this machine."""
    try:
        with _path(key).open() as file:
            return not _locked(file)
    except FileNotFoundError:
        return False


def why_stopped(key: str) -> str:
    """What the work was refused for; "" where it was not, or broke off."""
    try:
        return _path(key).read_text("utf-8")
    except FileNotFoundError:
        return ""


def _work(key: str, held: IO[str], work: Callable[[], object]) -> None:
    with held:
        try:
            work()
            _path(key).unlink(missing_ok=True)
        except Refusal as refusal:
            _path(key).write_text(str(refusal), "utf-8")
        except Exception:
            log.exception("The import of %s broke off; it can be taken up again.", key)
        finally:
            connections.close_all()


def _locked(file: IO[str]) -> bool:
    """Whether the file could be locked; it stays so until it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _path(key: str) -> Path:
    return Path(settings.STATE_DIR) / "imports" / f"{key}.lock"
