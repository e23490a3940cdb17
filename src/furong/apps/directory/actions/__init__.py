"""The verbs of the directory."""

from furong.apps.directory.actions.grants import grant, revoke
from furong.apps.directory.actions.people import appoint, create_user
from furong.apps.directory.actions.signing_in import authenticate_person
from furong.apps.directory.actions.sync import Synced, sync_organisations, sync_zones

__all__ = [
    "Synced",
    "appoint",
    "authenticate_person",
    "create_user",
    "grant",
    "revoke",
    "sync_organisations",
    "sync_zones",
]
