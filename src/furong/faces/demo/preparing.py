"""What stands before the first page of a demonstration: the tables and the static files."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from furong.faces.demo.progress import stage


def migrate() -> None:
    """Brings the tables up to date; asking whether they are costs little."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        with stage("建库"):
            call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    """Gathers the static files where one of them is newer than what was gathered."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    gathered = manifest.stat().st_mtime if manifest.is_file() else 0.0
    newest = max(
        (
            Path(storage.path(name)).stat().st_mtime
            for finder in get_finders()
            for name, storage in finder.list(())
        ),
        default=0.0,
    )
    if newest > gathered:
        with stage("整理静态文件"):
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
