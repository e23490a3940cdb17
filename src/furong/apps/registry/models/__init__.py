"""Tables of the registry, one noun a file."""

from furong.apps.registry.models.batches import ImportBatch
from furong.apps.registry.models.disputes import Dispute
from furong.apps.registry.models.facts import Effect, FactEntry, Source, SubjectFacts
from furong.apps.registry.models.search import SearchDocument
from furong.apps.registry.models.sequences import Sequence
from furong.apps.registry.models.subjects import Identifier, Relation, Subject

__all__ = [
    "Dispute",
    "Effect",
    "FactEntry",
    "Identifier",
    "ImportBatch",
    "Relation",
    "SearchDocument",
    "Sequence",
    "Source",
    "Subject",
    "SubjectFacts",
]
