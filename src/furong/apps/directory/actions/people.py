"""People who can sign in, and their places."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.directory.access import require_of
from furong.apps.directory.models import Membership, Organisation, User

_USERNAME = re.compile(r"[\w.@-]{1,64}")


@transaction.atomic
def create_user(
    *,
    username: str,
    name: str,
    phone: str = "",
    password: str | None = None,
    by: journal.Actor,
    at: datetime,
) -> User:
    """A person who can sign in, so far without any grant. Without a password, only by other means.

    Raises Denied to a person without `user.edit`, Refusal if the username is taken or is none.
    """
    require_of(by, "user.edit", at=at)
    if not _USERNAME.fullmatch(username):
        raise Refusal(
            _("用户名“%s”不能用；请用字母、数字、汉字和 . _ - @，不超过 64 个字符") % username[:64]
        )
    user = User(username=username, name=name)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal(_("用户名“%s”已被使用，请换一个") % username) from error
    personal = {"name": name, "phone": phone} if phone else {"name": name}
    entry = journal.record(
        "user.create", by=by, at=at, about=user, payload={"username": username}, personal=personal
    )
    if phone:
        user.phone = entry.personal_values.get(name="phone")
        user.save(update_fields=["phone"])
    return user


@transaction.atomic
def appoint(
    user: User,
    organisation: Organisation,
    *,
    title: str = "",
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    by: journal.Actor,
    at: datetime,
) -> Membership:
    """Gives a person a place in an organisation, from now unless said otherwise. It is no mandate.

    Raises Denied to a person without `user.edit`.
    """
    require_of(by, "user.edit", at=at)
    membership = Membership.objects.create(
        user=user,
        organisation=organisation,
        title=title,
        valid_from=valid_from or at,
        valid_to=valid_to,
    )
    journal.record(
        "user.appoint",
        by=by,
        at=at,
        about=user,
        payload={"organisation": organisation.code, "title": title},
    )
    return membership
