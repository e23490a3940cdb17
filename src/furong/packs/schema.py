"""JSON Schemas of the sections, for editors: they complete keys and mark faults while one types."""

import json
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from furong.packs.models.sections import SCHEMAS

DIALECT: Final = GenerateJsonSchema.schema_dialect


def schemas() -> dict[str, str]:
    """File name → text of each schema, as `furong pack schema` writes them to packs/schema/."""
    made = {}
    for name, model in SCHEMAS.items():
        schema = {"$schema": DIALECT, **_untitled(model.model_json_schema())}
        made[f"{name}.schema.json"] = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
    return made


def _untitled(schema: Any) -> Any:
    """Without the titles that pydantic derives from names: they tell an author nothing."""
    if isinstance(schema, dict):
        return {
            key: _untitled(inner)
            for key, inner in schema.items()
            if not (key == "title" and isinstance(inner, str))
        }
    return [_untitled(inner) for inner in schema] if isinstance(schema, list) else schema
