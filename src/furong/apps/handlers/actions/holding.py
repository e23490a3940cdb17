"""Taking hold of an authorisation, and the words for one that stands otherwise than was thought.

The firm's lock comes first (`registry.actions.locking`), as everywhere: a merge that moves
authorisations holds it too.
"""

from django.utils.translation import gettext as _

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.handlers.models import Authorisation
from furong.apps.registry.actions.locking import hold
from furong.apps.registry.identifiers import USCC
from furong.apps.registry.models import Identifier, Subject


class Stale(Refusal):
    """It was changed since it was last read."""


class Settled(Refusal):
    """It was decided, withdrawn or ended before."""


def held(one: Authorisation, revision: int | None = None) -> Authorisation:
    """The authorisation and its firm, held until the transaction ends.

    revision: as it was last read, None where that does not matter. Raises Stale if it is another.
    """
    subject = Authorisation.objects.values_list("subject_id", flat=True).get(pk=one.pk)
    if subject:
        hold([subject])
    rows = Authorisation.objects.select_for_update(of=("self",))
    row = rows.select_related("user", "subject", "street", "letter", "grant").get(pk=one.pk)
    if row.subject_id != subject:  # merged, or registered, meanwhile
        raise Stale(_("这份授权书刚有变动，请刷新后再办"))
    require_revision(row, revision)
    return row


def require_revision(row: Authorisation, revision: int | None) -> None:
    """Raises Stale for another revision than the one that was read, where one was."""
    if revision is not None and row.revision != revision:
        raise Stale(_("这份授权书在您打开之后有变动，请刷新，核对后再办"))


def settled(row: Authorisation) -> Settled:
    """Why it can no longer be decided: by whom and when it was."""
    who = row.decided_by or row.ended_by
    when = row.decided_at or row.ended_at
    if row.decided_by is None and row.ended_by_id == row.user_id:
        return Settled(_("申请人已撤回这份申请，不用再办"))
    return Settled(
        _("这份申请已由%(who)s于 %(when)s 办结（%(state)s），没有重复办理")
        % {
            "who": who.name if who else _("系统"),
            "when": f"{when.astimezone(clock.zone()):%Y-%m-%d %H:%M}" if when else "",
            "state": row.get_state_display(),
        }
    )


def saved(row: Authorisation, *fields: str) -> Authorisation:
    row.revision += 1
    row.save(update_fields=[*fields, "revision"])
    return row


def firm_of_code(code: str) -> Subject | None:
    """The firm that bears a credit code now; natural persons are never found by it."""
    found = Identifier.objects.filter(
        scheme=USCC, value=code, valid_to=None, subject__personal=False
    ).select_related("subject")
    one = found.first()
    return one.subject if one else None
