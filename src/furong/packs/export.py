"""A pack as one file: JSON for other programs, or a zip of the folders of its whole chain."""

import json
import zipfile
from pathlib import Path
from typing import Final

from furong.packs.content import name_of
from furong.packs.models.sections import NOUNS
from furong.packs.pack import Pack

FORMAT: Final = 1
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip, so that one pack always gives one zip."""


def export_json(pack: Pack) -> str:
    """The whole chain merged: objects by section and name, and the origin of each."""
    made = {
        "format": FORMAT,
        "digest": pack.digest,
        **pack.content(),
        "origins": {
            noun.section: {
                name_of(key): str(origin) for key, origin in pack.origins[noun.section].items()
            }
            for noun in NOUNS
        },
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def export_zip(pack: Pack, out: Path) -> None:
    """Write the folders of the chain side by side; unpacked anywhere, the pack loads from there."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in pack.folders:
            for file in sorted(folder.rglob("*")):
                inside = file.relative_to(folder.parent)
                if file.is_file() and not any(part.startswith(".") for part in inside.parts):
                    info = zipfile.ZipInfo(inside.as_posix(), _EPOCH)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(info, file.read_bytes())
