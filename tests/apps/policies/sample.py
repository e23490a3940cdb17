"""The district of the cast with policies: the registry's sample pack and the files in `policies/`.

T01 pays by staff, T03 at once, of the two the higher; T02 waits for the government's decision; N01
for a document; T04 is for persons; T05 ended in 2019; X01 is another district's.
"""

import shutil
from pathlib import Path

from tests.apps.cast import SAMPLE

POLICIES = Path(__file__).parent / "policies"


def make_pack(folder: Path) -> Path:
    """A copy of the pack that a test may change; its folder."""
    made = folder / SAMPLE.name
    shutil.copytree(SAMPLE, made)
    shutil.copytree(POLICIES, made / "policies")
    return made


def edit(pack: Path, file: str, *changes: tuple[str, str]) -> None:
    """Replaces text in a file of the pack, each piece once."""
    path = pack / file
    text = path.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
