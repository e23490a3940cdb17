"""Settings of the test suite: a throw-away state folder, a fast password hash, a fixed key."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("FURONG_STATE", tempfile.mkdtemp(prefix="furong-test-"))
if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # it has its parent's environment
    os.environ["FURONG_STATE"] += f"/{worker}"
    Path(os.environ["FURONG_STATE"]).mkdir(exist_ok=True)
os.environ.setdefault("FURONG_SECRET_KEY", "only-for-tests")
os.environ.setdefault("FURONG_PERSONAL_KEY", "7e" * 32)
os.environ.setdefault("FURONG_BLIND_KEY", "b1" * 32)

from furong.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

if DATABASES["default"]["ENGINE"] == "furong.config.sqlite":  # noqa: F405
    # A file, not memory: several threads and processes share it as they share the real one.
    DATABASES["default"]["TEST"] = {"NAME": str(STATE_DIR / "test.sqlite3")}  # noqa: F405

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns without it
