"""Whether a subject may be named to somebody: a refusal must not tell what a page would not."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.base.compiled import Reading
from furong.apps.base.journal import Actor
from furong.apps.directory.access import may
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject


def may_see(by: Actor, subject: Subject, at: datetime) -> bool:
    """Whether the person may know of the subject; a part of the system knows of all."""
    if not isinstance(by, User):
        return isinstance(by, str)
    return may(
        by, "subject.view_personal" if subject.personal else "subject.view", at=at, on=subject
    )


def find(user: User, pk: UUID, at: datetime) -> Subject | None:
    """The subject with its street, if the person may know of it: one of `visible_to`, read by itself."""
    subject: Subject | None = _SUBJECT.first(pk=pk)
    return subject if subject is not None and may_see(user, subject, at) else None


_SUBJECT = Reading(lambda pk: Subject.objects.filter(pk=pk).select_related("street__parent"), "pk")


def merged_away(subject: Subject, *, to: Actor, at: datetime) -> str:
    """Why nothing more can be said of a merged subject; into which, only to those who may see it."""
    into = subject.merged_into
    if into is not None and may_see(to, into, at):
        return _("%(subject)s已并入%(into)s，请在后者名下办理") % {"subject": subject, "into": into}
    return _("%s已并入其他对象，不再单独办理；如需更正，请报区级主管单位") % subject
