"""What can be searched for. A migration adds the index that each database has for it."""

from django.db import connection, models
from django.db.models.expressions import RawSQL

from furong.engines.text import Term, query_tokens


class SearchDocument(models.Model):
    """The tokens of one subject, joined by spaces (`furong.engines.text`).

    On SQLite triggers copy them into the FTS5 table `registry_search`; on PostgreSQL the generated
    column `vector` holds them. A migration that remakes this table on SQLite drops the triggers.
    """

    subject = models.OneToOneField(
        "registry.Subject", models.CASCADE, related_name="search_document"
    )
    tokens = models.TextField()

    def __str__(self) -> str:
        return self.tokens[:80]


def matching(text: str) -> RawSQL | list[str]:
    """The ids of the subjects that match all of a text, as a subquery; none for an empty one.

    A join in its place lets SQLite ask the index anew for every subject.
    """
    terms = query_tokens(text)
    if not terms:
        return []
    if connection.vendor == "sqlite":
        return RawSQL(
            "SELECT subject_id FROM registry_searchdocument WHERE id IN "
            "(SELECT rowid FROM registry_search WHERE registry_search MATCH %s)",
            [" AND ".join(map(_fts5, terms))],
        )
    return RawSQL(
        "SELECT subject_id FROM registry_searchdocument WHERE vector @@ %s::tsquery",
        [" & ".join(map(_tsquery, terms))],
    )


def _fts5(term: Term) -> str:
    return f'"{term.token}"' + " *" * term.prefix


def _tsquery(term: Term) -> str:
    return f"'{term.token}'" + ":*" * term.prefix
