"""Cases that another system has too (12345 and others): letters in, statuses back, each once.

A letter is known by its system and its number there. What looks like another one is said, never
merged in silence: that is the dispatcher's act.
"""

from furong.apps.cases.relay.letters import Letter, Letters, read_letters
from furong.apps.cases.relay.planning import Planned, Verdict, plan
from furong.apps.cases.relay.statuses import Status, statuses, statuses_book
from furong.apps.cases.relay.taking import Taken, relay, take_over

__all__ = [
    "Letter",
    "Letters",
    "Planned",
    "Status",
    "Taken",
    "Verdict",
    "plan",
    "read_letters",
    "relay",
    "statuses",
    "statuses_book",
    "take_over",
]
