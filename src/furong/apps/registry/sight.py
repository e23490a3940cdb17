"""Whether a subject may be named to somebody: a refusal must not tell what a page would not."""

from datetime import datetime

from django.utils.translation import gettext as _

from furong.apps.base.journal import Actor
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject


def may_see(by: Actor, subject: Subject, at: datetime) -> bool:
    """Whether the person may know of the subject; a part of the system knows of all."""
    if not isinstance(by, User):
        return isinstance(by, str)
    return Subject.objects.visible_to(by, at).filter(pk=subject.pk).exists()


def merged_away(subject: Subject, *, to: Actor, at: datetime) -> str:
    """Why nothing more can be said of a merged subject; into which, only to those who may see it."""
    into = subject.merged_into
    if into is not None and may_see(to, into, at):
        return _("%(subject)s已并入%(into)s，请在后者名下办理") % {"subject": subject, "into": into}
    return _("%s已并入其他对象，不再单独办理；如需更正，请报区级主管单位") % subject
