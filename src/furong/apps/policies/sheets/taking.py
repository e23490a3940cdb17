"""Taking a policy sheet over: every good row becomes a draft in a transaction of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from furong.apps.base.errors import Refusal
from furong.apps.directory.access import require
from furong.apps.directory.models import User
from furong.apps.policies.actions import open_draft, save_draft
from furong.apps.policies.actions.drafting import ACTION
from furong.apps.policies.models import Draft
from furong.apps.policies.sheets.planning import TAKEN, Planned


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the rows. refused: those for which something came between, and what."""

    opened: tuple[Draft, ...]
    refused: tuple[tuple[Planned, str], ...]


def take_over(planned: Iterable[Planned], *, by: User, at: datetime) -> Taken:
    """Opens a draft for each row that may become one; the others change nothing.

    A row is taken over whole or not at all. The same sheet again finds its drafts and opens none.
    """
    require(by, ACTION, at=at)
    opened, refused = [], []
    for one in planned:
        if one.verdict in TAKEN:
            try:
                opened.append(_open(one, by=by, at=at))
            except Refusal as refusal:
                refused.append((one, str(refusal)))
    return Taken(tuple(opened), tuple(refused))


@transaction.atomic
def _open(one: Planned, *, by: User, at: datetime) -> Draft:
    draft = open_draft(one.code, by=by, at=at)
    return save_draft(
        draft,
        document=one.document,
        definition=one.definition,
        revision=draft.revision,
        by=by,
        at=at,
    )
