"""Numbers without gaps or overtaking."""

from uuid import uuid4

from django.db import models

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
        rows = cls._default_manager.filter(name=name)
        if not rows.update(last=models.F("last") + count):
            cls._default_manager.get_or_create(name=name, defaults={"last": after})
            rows.update(last=models.F("last") + count)
        last: int = rows.values_list("last", flat=True).get()
        return range(last - count + 1, last + 1)
