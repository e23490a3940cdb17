"""Requests that may arrive twice have their effect once, and get the same reply."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from furong.apps.base.compiled import insert, update
from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.base.journal_chain import canonical
from furong.apps.base.models import Reply

KEY_LENGTH = 200


class BadKey(Refusal):
    """The idempotency key cannot be used."""


class Conflict(Refusal):
    """The key was used by the same principal for another request."""


@dataclass(slots=True)
class Once:
    """The request under way. `reply` is None until it is answered."""

    reply: Any = None  # JSON

    @property
    def answered(self) -> bool:
        return self.reply is not None


@contextmanager
def once(key: str, *, by: Actor, digest: str) -> Iterator[Once]:
    """One transaction in which a request is answered, or found answered before.

        with once(key, by=user, digest=digest_of(request.body)) as request:
            if not request.answered:
                request.reply = {"status": 201, "subject": str(register_subject(...).id)}
        return request.reply

    The reply is kept in the transaction of the effect; a request that raises leaves no trace and
    may be sent again. A concurrent duplicate waits for the first and then gets its reply.
    `Conflict` if the principal used the key with another digest.
    """
    if not key or len(key) > KEY_LENGTH or not key.isprintable():
        raise BadKey(_("幂等键应是 1 到 %d 个可见字符，建议用 UUID") % KEY_LENGTH)
    principal = _principal(by)
    with transaction.atomic():
        mine = Reply(principal=principal, key=key, digest=digest)
        # Inserting waits for whoever inserted the same key and has not committed yet.
        is_new = insert([mine], conflict="ON CONFLICT DO NOTHING") == 1
        kept = mine if is_new else Reply.objects.get(principal=principal, key=key)
        if kept.digest != digest:
            raise Conflict(
                _("幂等键 %s 已用于另一个内容不同的请求。重发请照原样，新请求请换一个键") % key
            )
        request = Once(kept.body)
        yield request
        if is_new:
            if not request.answered:
                raise RuntimeError(f"The request with the key {key!r} ended without a reply.")
            kept.body = request.reply
            update([kept], "body")


def answered(key: str, *, by: Actor) -> bool:
    """Whether the principal was answered under the key before, to whatever it asked."""
    rows = Reply.objects.filter(principal=_principal(by), key=key[:KEY_LENGTH], body__isnull=False)
    return bool(key) and rows.exists()


def _principal(by: Actor) -> str:
    return str(by.pk) if isinstance(by, models.Model) else by


def digest_of(request: bytes | object) -> str:
    """SHA-256 (hex) of a request: of its bytes, or of the canonical form of its JSON."""
    content = request if isinstance(request, bytes) else canonical(request)
    return hashlib.sha256(content).hexdigest()
