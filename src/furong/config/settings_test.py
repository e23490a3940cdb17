"""Settings of the test suite: a throw-away state folder, a fast password hash, a fixed key."""

import os
import tempfile

os.environ.setdefault("FURONG_STATE", tempfile.mkdtemp(prefix="furong-test-"))
os.environ.setdefault("FURONG_SECRET_KEY", "only-for-tests")

from furong.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
