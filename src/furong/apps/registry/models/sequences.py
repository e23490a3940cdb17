"""Numbers without gaps or overtaking."""

from uuid import uuid4

from django.db import connection, models

from furong.apps.base.compiled import adapted

FACTS, SUBJECTS, IMPORTS = "fact", "subject", "import"
"""The series: of statements and other changes of what is known; of public numbers; of turns."""


class Sequence(models.Model):
    """The last number taken of a series.

    Taking numbers locks the row until the transaction ends, so that numbers become visible in their
    order: who has read up to a number has missed none below it. Take them as late as possible.
    epoch: tells this database's series from that of another.
    """

    name = models.CharField(max_length=32, primary_key=True)
    last = models.BigIntegerField()
    epoch = models.UUIDField(default=uuid4)

    def __str__(self) -> str:
        return f"{self.name} {self.last}"

    @classmethod
    def take(cls, name: str, count: int, *, after: int = 0) -> range:
        """The next `count` numbers of a series, which begins above `after`."""
        epoch = adapted(uuid4(), connection)
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [name, after + count, epoch, count])
            (last,) = cursor.fetchone()
        return range(last - count + 1, last + 1)


_TAKE = """
    INSERT INTO registry_sequence (name, last, epoch) VALUES (%s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET last = registry_sequence.last + %s RETURNING last
"""
