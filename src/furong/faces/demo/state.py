"""The folder of a demonstration: nothing outside it is written, and only what is its own is deleted."""

import fcntl
import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from furong.apps.base.errors import Refusal

MARKER = ".furong-demo"
DATABASE = "furong.sqlite3"
SECRET = "secret.key"  # noqa: S105 - the name of a file
_OWN = (
    DATABASE,
    f"{DATABASE}-wal",
    f"{DATABASE}-shm",
    SECRET,
    "personal.key",
    "erasures.jsonl",
    "columns",
    "files",
    "static",
)
"""All that a demonstration makes in its folder."""


@dataclass
class StateFolder:
    """A folder that this process holds for itself."""

    path: Path
    _lock: IO[bytes] = field(repr=False)

    @classmethod
    def hold(cls, path: Path) -> "StateFolder":
        """Makes the folder a demonstration's, or takes up one that is; held until the process ends.

        Raises Refusal for a folder with things of somebody else's, and for one that is in use.
        """
        marker = path / MARKER
        if path.exists() and not path.is_dir():
            raise Refusal(f"{path} 不是文件夹。请用 FURONG_STATE 另指定一个演示用的文件夹")
        if path.is_dir() and not marker.is_file() and any(path.iterdir()):
            raise Refusal(
                f"文件夹 {path} 里有别的东西，不是演示建的，不敢动它。"
                "请用 FURONG_STATE 另指定一个空的或新的文件夹"
            )
        path.mkdir(parents=True, exist_ok=True)
        lock = marker.open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise Refusal(
                f"另一个演示正在用文件夹 {path}。请先停掉它（在它的终端按 Ctrl+C），"
                "或用 FURONG_STATE 另指定一个文件夹"
            ) from None
        return cls(path, lock)

    def reset(self) -> None:
        """Deletes what the demonstration made here, by name."""
        for name in _OWN:
            one = self.path / name
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)
            else:
                one.unlink(missing_ok=True)

    def secret(self) -> str:
        """The key that signs sessions, made at its first use, readable by its owner alone."""
        path = self.path / SECRET
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text("ascii")

    @property
    def database(self) -> Path:
        return self.path / DATABASE

    def release(self) -> None:
        """Lets go of the folder before the process ends."""
        self._lock.close()
