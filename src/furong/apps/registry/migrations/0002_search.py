"""The search index that each database has: FTS5 on SQLite, a tsvector on PostgreSQL.

Both split the stored tokens at spaces and do nothing else: `furong.engines.text` is the only
tokenizer, so that both find the same.
"""

from django.db import migrations

SQLITE = (
    """
    CREATE VIRTUAL TABLE registry_search USING fts5(
        tokens, content='registry_searchdocument', content_rowid='id',
        tokenize='ascii', detail='none', prefix='2 3'
    )
    """,
    """
    CREATE TRIGGER registry_search_insert AFTER INSERT ON registry_searchdocument BEGIN
        INSERT INTO registry_search(rowid, tokens) VALUES (new.id, new.tokens);
    END
    """,
    """
    CREATE TRIGGER registry_search_delete AFTER DELETE ON registry_searchdocument BEGIN
        INSERT INTO registry_search(registry_search, rowid, tokens)
        VALUES ('delete', old.id, old.tokens);
    END
    """,
    """
    CREATE TRIGGER registry_search_update AFTER UPDATE ON registry_searchdocument BEGIN
        INSERT INTO registry_search(registry_search, rowid, tokens)
        VALUES ('delete', old.id, old.tokens);
        INSERT INTO registry_search(rowid, tokens) VALUES (new.id, new.tokens);
    END
    """,
)

SQLITE_BACK = (
    "DROP TRIGGER registry_search_insert",
    "DROP TRIGGER registry_search_delete",
    "DROP TRIGGER registry_search_update",
    "DROP TABLE registry_search",
)

POSTGRESQL = (
    """
    ALTER TABLE registry_searchdocument ADD COLUMN vector tsvector
        GENERATED ALWAYS AS (array_to_tsvector(string_to_array(tokens, ' '))) STORED
    """,
    "CREATE INDEX registry_search ON registry_searchdocument USING gin (vector)",
)

POSTGRESQL_BACK = ("ALTER TABLE registry_searchdocument DROP COLUMN vector",)


def run(sqlite: tuple[str, ...], postgresql: tuple[str, ...]):
    def apply(_apps, schema_editor):
        for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
            schema_editor.execute(statement)

    return apply


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [
        migrations.RunPython(run(SQLITE, POSTGRESQL), run(SQLITE_BACK, POSTGRESQL_BACK)),
    ]
