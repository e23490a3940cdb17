"""Who is signed in, read at each request: Django's sessions in the database, by compiled reads."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from furong.apps.base.compiled import Reading
from furong.apps.directory.models import User

_SESSION = Reading(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), "key", "now"
)
_USER = Reading(lambda pk: User.objects.filter(pk=pk), "pk")


class SessionStore(DatabaseSessions):
    def _get_session_from_db(self) -> Session | None:
        found: Session | None = _SESSION.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found


class Accounts(ModelBackend):
    """Signs in as Django's own; the account of a session is read by a compiled read."""

    def get_user(self, user_id: Any) -> User | None:
        found: User | None = _USER.first(pk=user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
