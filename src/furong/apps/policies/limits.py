"""How much of everything a policy may hold, whichever way it is written; a real one has a dozen conditions."""

from typing import Final

CONDITIONS: Final = 40
CASES: Final = 60
"""Worked cases."""
LINES: Final = 12
"""Lines to which a form's button adds another; an expression that has more is shown whole."""
TEXT: Final = 4000
"""Characters of one text, a cell's or a request's."""

_VALUES: Final = 20  # of a line, where several can be chosen
_FACTS: Final = 60  # that a worked case states
_CRITERION: Final = 10 + LINES * (2 + _VALUES)
_CASE: Final = 5 + _FACTS
FORM_FIELDS: Final = 100 + CONDITIONS * _CRITERION + CASES * _CASE
"""The fields that the studio's form posts at its limits."""
