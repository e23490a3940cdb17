"""What hides personal values: AES-256-GCM to read them again, a keyed digest to find them.

The two have keys of their own, neither of which is the secret that signs sessions: that one may be
changed at any time, while a new key of digests would lose every person who is known by one.
"""

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_MAKE_ONE = (
    'Make one: python -c "import secrets; print(secrets.token_hex(32))", '
    "and keep a copy apart from the database"
)


class Undecipherable(ValueError):
    """A ciphertext that none of the installation's keys opens: altered, or its key is not here."""


def encrypt(plaintext: bytes, *, context: bytes) -> bytes:
    """Key id, nonce and ciphertext. `context` binds it to its place: elsewhere it does not open."""
    key = _keys()[0]
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _key_id(key) + nonce + AESGCM(key).encrypt(nonce, plaintext, context)


def decrypt(ciphertext: bytes, *, context: bytes) -> bytes:
    """The plaintext, whichever of the installation's keys it was made with; or `Undecipherable`."""
    key_id = ciphertext[:_KEY_ID_BYTES]
    nonce = ciphertext[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
    body = ciphertext[_KEY_ID_BYTES + _NONCE_BYTES :]
    key = next((key for key in _keys() if _key_id(key) == key_id), None)
    if key is None:
        raise Undecipherable(
            _("没有编号为 %s 的密钥，它应列在 FURONG_PERSONAL_KEY 中") % key_id.hex()
        )
    try:
        return AESGCM(key).decrypt(nonce, body, context)
    except (InvalidTag, ValueError):
        raise Undecipherable(_("密文与密钥或所在位置不符")) from None


def blind(value: str, *, context: str) -> str:
    """HMAC-SHA-256 (hex) of a value, alike for equal values of one context, by FURONG_BLIND_KEY."""
    return hmac.digest(_blind_key(), f"{context}\0{value}".encode(), "sha256").hex()


def require_keys() -> None:
    """Raises ImproperlyConfigured, with what to do, where a key is missing or malformed."""
    _keys()
    _blind_key()


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"furong key id" + key).digest()[:_KEY_ID_BYTES]


def _keys() -> list[bytes]:
    """All keys that open; the first one seals."""
    words = settings.FURONG_PERSONAL_KEY
    if not words and settings.DEMO:
        words = [_demo_key(Path(settings.STATE_DIR) / "personal.key")]
    if not words or not all(map(_is_key, words)):
        raise ImproperlyConfigured(
            "FURONG_PERSONAL_KEY must hold a key of 64 hexadecimal digits (older keys may follow "
            f"after commas). {_MAKE_ONE}: without it personal values cannot be read."
        )
    return [bytes.fromhex(word) for word in words]


def _blind_key() -> bytes:
    """In a demonstration it follows from the other key."""
    word = settings.FURONG_BLIND_KEY
    if not word and settings.DEMO:
        return hashlib.sha256(b"furong blind key" + _keys()[-1]).digest()
    if not _is_key(word):
        raise ImproperlyConfigured(
            f"FURONG_BLIND_KEY must be a key of 64 hexadecimal digits. {_MAKE_ONE}: without it "
            "natural persons are no longer found by their numbers."
        )
    return bytes.fromhex(word)


def _is_key(word: str) -> bool:
    return re.fullmatch("[0-9a-fA-F]{64}", word) is not None


def _demo_key(path: Path) -> str:
    """The key of a demonstration, made at its first use, readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # made with mode 0600
            file.write(secrets.token_hex(32))
            file.flush()
            with contextlib.suppress(FileExistsError):  # another process was first
                os.link(file.name, path)
    return path.read_text("ascii")
