"""Tables of `notices`, one noun a file."""

from furong.apps.notices.models.forwarding import Forwarding, Opening, ReaderSalt
from furong.apps.notices.models.notice import Delivery, Notice

__all__ = ["Delivery", "Forwarding", "Notice", "Opening", "ReaderSalt"]
