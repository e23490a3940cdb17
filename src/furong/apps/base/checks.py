"""What must be right before the platform starts: `manage.py check`, and every start of the server."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from furong.apps.base.cipher import require_keys
from furong.apps.base.journal_chain import ALGORITHMS

TAG = "furong"


@register(TAG)
def check_keys(**_kwargs: Any) -> Iterable[CheckMessage]:
    """The keys of personal values, without which the first such value would be refused."""
    try:
        require_keys()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="furong.E001")]
    return []


@register(TAG)
def check_journal_hash(**_kwargs: Any) -> Iterable[CheckMessage]:
    """The hash of the journal, without which nothing could be sealed."""
    algorithm = settings.FURONG_JOURNAL_HASH
    if algorithm in ALGORITHMS:
        return []
    words = f"FURONG_JOURNAL_HASH={algorithm!r}: write one of {', '.join(ALGORITHMS)}."
    return [Error(words, id="furong.E002")]
