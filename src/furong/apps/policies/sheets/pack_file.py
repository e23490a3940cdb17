"""An issued policy as a pack's file, `policies/DOCUMENT.yaml`: laid in a pack's folder, the pack has it."""

import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from furong.apps.policies.definitions import plain, with_numbers
from furong.apps.policies.reads import Text
from furong.engines.rules import Fact
from furong.engines.rules.model import NUMERIC
from furong.packs.models.base import plain_number

LINE_WIDTH = 100


class _Exact(RoundTripRepresenter):
    """Writes decimals digit by digit."""

    def of_decimal(self, value: Decimal) -> ScalarNode:
        kind = "int" if value == value.to_integral_value() else "float"
        return self.represent_scalar(f"tag:yaml.org,2002:{kind}", plain_number(value))


_Exact.add_representer(Decimal, _Exact.of_decimal)


def file_name(text: Text) -> str:
    """A pack's file is called as its document."""
    return f"{text.document.id}.yaml"


def pack_file(text: Text, facts: Mapping[str, Fact]) -> str:
    """The YAML of one version of a policy and of its document, as `furong pack check` takes it."""
    policy = with_numbers(plain(text.policy))
    if cases := policy.get("cases"):
        policy["cases"] = [{**case, "facts": _typed(case["facts"], facts)} for case in cases]
    yaml, target = YAML(), io.StringIO()
    yaml.Representer = _Exact
    yaml.default_flow_style = False
    yaml.width = LINE_WIDTH
    yaml.dump({"document": plain(text.document), "policies": [policy]}, target)
    return target.getvalue()


def _typed(stated: Mapping[str, Any], facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Numbers as numbers: what a form or a table typed is kept as text."""
    return {key: _value(value, facts.get(key)) for key, value in stated.items()}


def _value(value: Any, fact: Fact | None) -> Any:
    if isinstance(value, str) and (fact is None or fact.type == "boolean"):
        return {"true": True, "false": False}.get(value, value)
    if isinstance(value, str) and fact is not None and fact.type in NUMERIC:
        return Decimal(value)
    return value
