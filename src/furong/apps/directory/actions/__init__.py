"""The verbs of the directory."""

from furong.apps.directory.actions.grants import end_grant, grant, revoke, write_grant
from furong.apps.directory.actions.people import appoint, create_user
from furong.apps.directory.actions.registering import Unregistered, register_person
from furong.apps.directory.actions.signing_in import authenticate_person
from furong.apps.directory.actions.sync import Synced, sync_organisations, sync_zones

__all__ = [
    "Synced",
    "Unregistered",
    "appoint",
    "authenticate_person",
    "create_user",
    "end_grant",
    "grant",
    "register_person",
    "revoke",
    "sync_organisations",
    "sync_zones",
    "write_grant",
]
