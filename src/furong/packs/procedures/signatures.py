"""The guards and effects that a procedure may call: names, arguments, and who provides them.

This is the contract between packs, the case engine and the apps above it. `cases` registers a
handler for every name that says `cases`, `directory` or `notices`; an app above registers its own
when it is ready (docs/reference/procedures.md, "Guards" and "Effects").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

type Provider = Literal["cases", "directory", "notices", "policies", "funds"]

type Kind = Literal[
    "act", "action", "answer", "answers", "assignment", "assignments", "assignment states", "calls",
    "capacities", "case", "clock", "closures", "code", "condition", "count", "document", "door",
    "duration", "each", "fact", "field", "fill", "flag", "findings", "held", "holders", "limit",
    "limits", "list", "moment", "opening", "organisation", "organisations", "people", "per",
    "percent", "person", "policy", "procedure", "relation", "request", "roles", "since", "text",
    "verdicts", "words", "zone kind",
]  # fmt: skip
"""What an argument is; `furong.packs.procedures.arguments` has the check of each."""


@dataclass(frozen=True, slots=True)
class Signature:
    """needs, takes: arguments that must and may be given. whole: what stands instead of arguments.

    A call with neither is written by its name alone.
    """

    needs: Mapping[str, Kind] = field(default_factory=dict)
    takes: Mapping[str, Kind] = field(default_factory=dict)
    whole: Kind | None = None
    by: Provider = "cases"


GUARDS: Final[Mapping[str, Signature]] = {
    "agrees_with": Signature({"did": "action", "is": "flag"}),
    "any_of": Signature(whole="calls"),
    "assignments": Signature({"kinds": "assignments", "all_in": "assignment states"}, {"message": "words"}),
    "award_settled": Signature({"policy": "policy"}, by="funds"),
    "before_due": Signature({"clock": "clock"}),
    "benefit": Signature({"policy": "policy", "paid": "flag"}, by="policies"),
    "best_in_group": Signature({"policy": "policy"}, by="policies"),
    "budget_left": Signature({"policy": "policy"}, by="funds"),
    "closed_as": Signature(whole="closures"),
    "document_code": Signature({"document": "document", "code": "code"}),
    "happened": Signature({"act": "act"}, {"answer": "answer", "per": "per", "at_least": "count", "at_most": "count"}),
    "holds": Signature({"when": "condition", "message": "words"}),
    "no_circle": Signature({"field": "case"}),
    "no_interest": Signature({"capacities": "capacities"}, by="directory"),
    "not_final": Signature({"assignment": "assignment"}),
    "not_of": Signature({"assignments": "assignments"}),
    "not_paid_before": Signature({"policy": "policy"}, by="funds"),
    "not_returned_by": Signature({"field": "organisation"}),
    "not_who": Signature({"did": "action"}),
    "on_list": Signature({"list": "list"}, by="policies"),
    "policy_open": Signature({"policy": "policy", "door": "door"}, by="policies"),
    "sampled": Signature({"percent": "percent", "is": "flag"}),
    "suspended_at_most": Signature({"limit": "limit"}),
    "verdict": Signature({"policy": "policy", "is": "verdicts"}, by="policies"),
    "within": Signature({"of": "since", "limit": "limit"}),
}  # fmt: skip

EFFECTS: Final[Mapping[str, Signature]] = {
    "ask": Signature({"request": "request", "text": "text"}),
    "assign": Signature(whole="holders"),
    "assign_by_policy": Signature({"policy": "policy", "as": "assignment"}, by="policies"),
    "assign_by_zone": Signature({"kind": "zone kind", "as": "assignment"}, by="directory"),
    "cancel_award": Signature({"policy": "policy"}, by="funds"),
    "create_award": Signature({"policy": "policy"}, {"amount": "field", "deviates": "flag"}, by="funds"),
    "finish_assignment": Signature({"assignment": "held"}),
    "form_task_force": Signature(
        {"name": "field", "convenor": "person", "members": "people", "until": "moment", "as": "assignment"},
        by="directory",
    ),
    "issue_document": Signature({"document": "document"}),
    "link": Signature({"case": "case", "relation": "relation"}),
    "make_final": Signature({"assignment": "assignment"}),
    "merge_into": Signature({"case": "case"}),
    "move_due": Signature({"clock": "clock", "until": "moment"}, {"at_most_limits": "limits"}),
    "new_cycle": Signature(),
    "open_case": Signature(
        {"procedure": "procedure", "opening": "opening", "relation": "relation"},
        {"when": "condition", "each": "each", "fill": "fill"},
    ),
    "record_decision": Signature({"policy": "policy", "basis": "fact", "document": "field"}, by="policies"),
    "reopen_assignment": Signature({"assignment": "held"}, {"organisations": "organisations"}),
    "return_assignment": Signature({"assignment": "assignment"}),
    "revoke_document": Signature({"document": "document"}),
    "settle_criteria": Signature({"policy": "policy", "findings": "findings"}, by="policies"),
    "sign_assignment": Signature({"assignment": "held"}),
    "state_answers": Signature({"field": "answers"}),
    "supervise": Signature(),
    "tell": Signature({"to": "roles", "text": "text"}, by="notices"),
    "unmerge": Signature(),
    "waive_assignment": Signature({"assignment": "assignment", "organisation": "organisation"}),
}  # fmt: skip

RELATIONS: Final = ("split_from", "found_by", "part_of", "caused_by")
"""How one case may be linked to another."""

ASSIGNMENT_STATES: Final = ("pending", "signed", "done", "waived", "returned")
"""待签收, 已签收, 已办结, 免办, 已退."""
