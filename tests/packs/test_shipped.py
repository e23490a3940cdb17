"""Every pack that this repository carries is sound, and every worked case in it comes out.

A pack that another extends is read with that one; `make check` also checks each alone.
"""

from pathlib import Path

import pytest

from furong.packs import check
from furong.packs.chain import carried_packs
from furong.packs.source import read

MANIFESTS = sorted(carried_packs().glob("*/pack.yaml"))
EXTENDED = {name for manifest in MANIFESTS for name in read(manifest).data.get("extends", ())}
TOPS = [manifest.parent for manifest in MANIFESTS if manifest.parent.name not in EXTENDED]


@pytest.mark.parametrize("folder", TOPS, ids=lambda folder: folder.name)
def test_a_carried_pack_is_sound(folder: Path) -> None:
    report = check(folder)

    assert [str(problem) for problem in report.problems] == []
    assert all(outcome.ok for outcome in report.outcomes)
