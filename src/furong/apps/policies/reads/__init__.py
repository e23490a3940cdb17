"""Reads of policies: their texts, what they say of one subject, and how many they reach."""

from furong.apps.policies.reads.asking import Asked, questions
from furong.apps.policies.reads.installed import as_pack
from furong.apps.policies.reads.library import (
    Edition,
    Text,
    book,
    day_of,
    edition,
    is_reference,
    judge,
    library,
    text_of,
    versions_of,
)
from furong.apps.policies.reads.reaching import Reach, Share, reach, reaches, subjects_of
from furong.apps.policies.reads.verdicts import (
    STANDINGS,
    Standing,
    Verdict,
    explained,
    judgement_of,
    judgements_of,
    label_of,
    settled,
    standing_of,
    verdicts_of,
)

__all__ = [
    "STANDINGS",
    "Asked",
    "Edition",
    "Reach",
    "Share",
    "Standing",
    "Text",
    "Verdict",
    "as_pack",
    "book",
    "day_of",
    "edition",
    "explained",
    "is_reference",
    "judge",
    "judgement_of",
    "judgements_of",
    "label_of",
    "library",
    "questions",
    "reach",
    "reaches",
    "settled",
    "standing_of",
    "subjects_of",
    "text_of",
    "verdicts_of",
    "versions_of",
]
