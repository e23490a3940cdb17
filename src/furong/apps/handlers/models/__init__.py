"""Tables of the handlers, one noun a file."""

from furong.apps.handlers.models.authorisation import Authorisation, Invitation
from furong.apps.handlers.models.errand import Errand

__all__ = ["Authorisation", "Errand", "Invitation"]
