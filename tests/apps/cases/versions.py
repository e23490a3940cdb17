"""A second version of the appeals' procedure, and the state map that leads to it.

Against the first: 已交办 and 已签收 have other names, 协办 is called 配合, 退单 is called 退件, 转办 is gone; the
limit of 办结 is longer, that of 联系 shorter and by another name; the ladder of 办结 has one rung more.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from furong.apps.cases.actions import install_procedures, version_of
from furong.apps.cases.models import ProcedureVersion
from furong.packs import load
from furong.packs.source import read

STATES = {
    "triage": "triage",
    "dispatched": "assigned",
    "signed": "taken",
    "handling": "handling",
    "review": "review",
    "feedback": "feedback",
    "suspended": "suspended",
}
MAP: dict[str, Any] = {
    "from": 1,
    "states": STATES,
    "assignments": {"helper": "partner"},
    "requests": {"return": "send_back", "transfer": "withdrawn"},
    "clocks": {"contact": "reach"},
    "fields": {"details": "account_of_it"},
    "acts": {"sign": "take", "dispatch": "assign"},
}
_ACTS = {"sign": "take", "dispatch": "assign"}


def second_version(folder: Path, **changes: Any) -> Path:
    """Puts version 2 into a pack, and the first beside it. changes: of the map."""
    file = folder / "procedures/appeal.yaml"
    (folder / "earlier").mkdir(exist_ok=True)
    shutil.copy(file, folder / "earlier/appeal-1.yaml")
    one = made_of(read(file).data)
    one["migrates"] = [{**MAP, **changes}]
    file.write_text(json.dumps(one, ensure_ascii=False, indent=1), "utf-8")
    rates = folder / "exclusions/appeal.yaml"
    rates.write_text(rates.read_text("utf-8").replace("contact", "reach"), "utf-8")
    return file


def install_second(folder: Path, at: Any, **changes: Any) -> ProcedureVersion:
    """Installs version 2 beside the first."""
    second_version(folder, **changes)
    install_procedures(load(folder), by="test", at=at)
    return version_of("appeal", 2)


def made_of(first: dict[str, Any]) -> dict[str, Any]:
    """The second version's content."""
    one: dict[str, Any] = json.loads(json.dumps(first))
    one["version"] = 2
    _states(one)
    _names(one)
    one["clocks"]["reach"] = {
        **one["clocks"].pop("contact"),
        "limit": {"natural": "1h", "working": "0.5d"},
        "label": "首次联系时限",
    }
    one["clocks"]["resolve"]["limit"] = {
        "natural": {"general": "48h", "urgent": "4h", "complex": "72h"},
        "working": {"general": "7d", "urgent": "1d", "complex": "15d"},
    }
    one["ladders"]["unit"].insert(1, {"at": "70%", "tell": ["handler"], "text": "nearly"})
    return one


def _states(one: dict[str, Any]) -> None:
    one["states"] = {STATES.get(name, name): state for name, state in one["states"].items()}
    one["states"]["assigned"]["label"] = "已派单"
    for action in one["actions"].values():
        action["from"] = [STATES.get(name, name) for name in action["from"]]
        if "to" in action:
            action["to"] = STATES.get(action["to"], action["to"])
    for request in one["requests"].values():
        request["during"] = [STATES.get(name, name) for name in request["during"]]
        for answer in request["answers"].values():
            if "to" in answer:
                answer["to"] = STATES.get(answer["to"], answer["to"])
    for clock in one["clocks"].values():
        if "runs_in" in clock:
            clock["runs_in"] = [STATES.get(name, name) for name in clock["runs_in"]]


def _names(one: dict[str, Any]) -> None:
    del one["requests"]["transfer"], one["forms"]["transfer"]
    one["requests"] = {
        {"return": "send_back"}.get(name, name): request
        for name, request in one["requests"].items()
    }
    one["requests"]["send_back"]["label"] = "退件"
    one["actions"] = {_ACTS.get(name, name): act for name, act in one["actions"].items()}
    one["assignments"]["partner"] = {**one["assignments"].pop("helper"), "label": "配合单位"}
    one["roles"]["helper"]["scope"] = {"assignment": "partner"}
    _rewrite(one)


def _rewrite(one: dict[str, Any]) -> None:
    """Where acts, assignments and fields are named by calls and forms."""
    for section in ("actions", "requests"):
        for act in one[section].values():
            for part in (act, *act.get("answers", {}).values()):
                for call in [*part.get("guards", ()), *part.get("effects", ())]:
                    if isinstance(call, dict):
                        _call(call)
    one["ladders"]["sign"][-1]["do"] = "take"
    for items in one["forms"].values():
        for item in items:
            if item.get("field") == "details":
                item["field"] = "account_of_it"
    one["documents"]["order"]["shows"] = ["words", "lead", "helpers", "due_at"]


def _call(call: dict[str, Any]) -> None:
    ((name, given),) = call.items()
    if name == "happened" and given["act"] == "return":
        given["act"] = "send_back"
    if name == "assign" and "helper" in given:
        given["partner"] = given.pop("helper")
    for key in ("kinds", "assignments"):
        if isinstance(given, dict) and key in given:
            given[key] = ["partner" if kind == "helper" else kind for kind in given[key]]
    if isinstance(given, dict) and given.get("assignment") == "helper":
        given["assignment"] = "partner"
