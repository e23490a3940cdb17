"""Settings of the test suite: a throw-away state folder, a fast password hash, a fixed key."""

import os
import tempfile

os.environ.setdefault("FURONG_STATE", tempfile.mkdtemp(prefix="furong-test-"))
os.environ.setdefault("FURONG_SECRET_KEY", "only-for-tests")
os.environ.setdefault("FURONG_PERSONAL_KEY", "7e" * 32)
os.environ.setdefault("FURONG_BLIND_KEY", "b1" * 32)

from furong.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, not memory: several threads and processes share it as they share the real one.
    DATABASES["default"]["TEST"] = {"NAME": str(STATE_DIR / "test.sqlite3")}  # noqa: F405

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns without it
