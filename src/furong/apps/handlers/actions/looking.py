"""Looking at what a request holds of a person: the letter, the mobile. Each look is an act."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.base.personal import open_value
from furong.apps.directory.models import User
from furong.apps.handlers.actions.deciding import require_decider
from furong.apps.handlers.models import Authorisation


@transaction.atomic
def look_at_letter(one: Authorisation, *, by: User, at: datetime) -> StoredFile:
    """The letter, for whoever handed it in and whoever may confirm it. Raises Denied, Refusal."""
    if one.user_id != by.pk:
        require_decider(one, by=by, at=at)
    payload = {"letter": one.letter.sha256}
    journal.record("authorisation.look", by=by, at=at, about=one, payload=payload)
    return one.letter


@transaction.atomic
def look_up_mobile(one: Authorisation, *, by: User, at: datetime) -> str:
    """The mobile of whoever asks, to ring them before deciding. Raises as `look_at_letter`."""
    require_decider(one, by=by, at=at)
    phone = one.user.phone
    if phone is None or phone.erased_at is not None:
        raise Refusal(_("%s没有登记手机号；请按授权书上的联系方式核实") % one.user.name)
    payload = {"user": one.user_id}
    journal.record("authorisation.ring", by=by, at=at, about=one, payload=payload)
    return str(open_value(phone))
