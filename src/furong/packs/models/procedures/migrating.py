"""How open cases of an earlier version go on under this one: a map of states, and of what was renamed."""

from typing import Final, Literal

from pydantic import Field

from furong.packs.models.base import Entry, Word

DROPPED: Final = "dropped"
"""Stands where an assignment, a clock or a field has no place in the new version."""

WITHDRAWN: Final = "withdrawn"
"""Stands where a request that is pending is withdrawn."""

type Section = Literal["assignments", "requests", "clocks", "fields", "classes", "acts"]


class StateMap(Entry):
    """From one earlier version to this one. What is not named keeps its name."""

    start: int = Field(alias="from", ge=1, description="从第几版")
    states: dict[Word, Word] = Field(
        min_length=1, description="每个在办、挂账的状态到哪个状态，一个不少"
    )
    assignments: dict[Word, Word] = Field(
        default_factory=dict, description="改名的承办；取消的写 dropped"
    )
    requests: dict[Word, Word] = Field(
        default_factory=dict, description="改名的请示；取消的写 withdrawn，未答复的随之撤销"
    )
    clocks: dict[Word, Word] = Field(
        default_factory=dict, description="改名的时限；不再计的写 dropped"
    )
    fields: dict[Word, Word] = Field(
        default_factory=dict, description="改名的栏；不再用的写 dropped"
    )
    classes: dict[Word, Word] = Field(default_factory=dict, description="取消的分类改为哪一类")
    acts: dict[Word, Word] = Field(
        default_factory=dict, description="改名的发起方式和动作，次数接着算"
    )

    def named(self, section: Section, name: str) -> str | None:
        """What something of the earlier version is called in this one; None where it ends."""
        renamed: dict[str, str] = getattr(self, section)
        found = renamed.get(name, name)
        return None if name in renamed and found == _ENDS.get(section) else found


_ENDS: Final = {
    "assignments": DROPPED,
    "requests": WITHDRAWN,
    "clocks": DROPPED,
    "fields": DROPPED,
}
