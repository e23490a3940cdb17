"""Replies kept so that a repeated request gets the first one's."""

from django.db import models

from furong.apps.base.models.record import Record


class Reply(Record):
    """What one principal was answered under one idempotency key."""

    principal = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of the request
    body = models.JSONField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)  # real time: keys belong to real clients

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "key"], name="reply_given_once"),
        ]

    def __str__(self) -> str:
        return self.key
