"""Django, for the commands that need it; the others start faster without."""

import os

from furong.apps.base.errors import Refusal


def set_up() -> None:
    """Makes the applications ready for use, their database not yet."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "furong.config.settings")
    django.setup()


def set_up_database() -> None:
    """The database too. Raises Refusal where its tables are not those of this release."""
    set_up()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Refusal("数据库还没有建表，或者表是旧版的。请先运行：python manage.py migrate")
