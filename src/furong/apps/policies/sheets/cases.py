"""What a spreadsheet of worked cases changes: added, changed, removed, told by the cases' names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

type Case = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseChanges:
    """The names of the cases, in the order of the sheet; removed ones in the order of the draft."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def case_changes(before: Iterable[Case], after: Iterable[Case]) -> CaseChanges:
    """What taking the cases `after` over would change. A case is known by its name.

    Numbers count by what they say: 20 of a cell is "20" of a form.
    """
    saved = {_name(case): _plain(case) for case in before}
    read = {_name(case): _plain(case) for case in after}
    return CaseChanges(
        added=tuple(name for name in read if name not in saved),
        changed=tuple(name for name, case in read.items() if saved.get(name, case) != case),
        removed=tuple(name for name in saved if name not in read),
    )


def _name(case: Case) -> str:
    return str(case.get("title", "")).strip()


def _plain(case: Case) -> dict[str, Any]:
    facts = case.get("facts") or {}
    return {
        "facts": {key: _said(value) for key, value in facts.items() if value is not None},
        "verdict": case.get("verdict", ""),
        "amount": _said(case.get("amount")),
        "boundary": bool(case.get("boundary")),
    }


def _said(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else None if value is None else str(value)
