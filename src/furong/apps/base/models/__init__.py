"""Tables of `base`, one noun a file."""

from furong.apps.base.models.clock import DistrictClock
from furong.apps.base.models.installation import Installation, NotInstalled
from furong.apps.base.models.journal import AppendOnly, AppendOnlyModel, Batch, Entry
from furong.apps.base.models.personal import PersonalValue
from furong.apps.base.models.record import Record
from furong.apps.base.models.reply import Reply
from furong.apps.base.models.stored_file import StoredFile
from furong.apps.base.models.timer import Timer

__all__ = [
    "AppendOnly",
    "AppendOnlyModel",
    "Batch",
    "DistrictClock",
    "Entry",
    "Installation",
    "NotInstalled",
    "PersonalValue",
    "Record",
    "Reply",
    "StoredFile",
    "Timer",
]
