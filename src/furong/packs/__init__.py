"""Packs: districts as data (docs/reference/pack.md). Pure: no Django, no database.

>>> pack = load("packs/furong-2020")                                # doctest: +SKIP
>>> pack.facts["staff"].label, pack.policies["CN01", 1].title      # doctest: +SKIP
>>> pack.rulebook()                                                 # doctest: +SKIP
"""

from furong.packs.cases import Outcome, run_cases
from furong.packs.chain import find_pack, known_packs
from furong.packs.loading import Report, check, load
from furong.packs.models.policies import PolicyKey
from furong.packs.pack import Origin, Pack
from furong.packs.problems import PackErrors, Problem

__all__ = [
    "Origin",
    "Outcome",
    "Pack",
    "PackErrors",
    "PolicyKey",
    "Problem",
    "Report",
    "check",
    "find_pack",
    "known_packs",
    "load",
    "run_cases",
]
