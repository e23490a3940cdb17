"""django-helpdesk with the settings of its own demonstration, in its own environment: never ours.

`python helpdesk_site.py COUNT` makes the database and prints a session; granian serves `application`.
"""

# mypy: ignore-errors

import json
import os
import sys
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

url = urlsplit(os.environ["DATABASE_URL"])
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": url.path.removeprefix("/"),
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    },
    "CONN_MAX_AGE": None,
}
POSTGRESQL = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": url.path.removeprefix("/"),
    "USER": url.username, "PASSWORD": url.password or "", "HOST": url.hostname, "PORT": url.port,
    "OPTIONS": dict(parse_qsl(url.query)), "CONN_MAX_AGE": 60,
}  # fmt: skip
settings.configure(
    SECRET_KEY="bench", DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF="helpdesk_site", USE_TZ=True,
    DATABASES={"default": SQLITE if url.scheme == "sqlite" else POSTGRESQL},
    INSTALLED_APPS=[
        "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
        "django.contrib.sessions", "django.contrib.sites", "django.contrib.messages",
        "django.contrib.staticfiles", "django.contrib.humanize", "rest_framework",
        "helpdesk",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.debug",
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    SITE_ID=1, STATIC_URL="/static/", EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", HELPDESK_TEAMS_MODE_ENABLED=False,
    HELPDESK_ACTIVATE_API_ENDPOINT=True, LOGIN_URL="/login/",
)  # fmt: skip

import django  # noqa: E402

django.setup()
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
application = get_wsgi_application()


def main() -> None:
    from django.contrib.auth import (
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from helpdesk.models import FollowUp, Queue, Ticket
    from helpdesk.query import query_to_base64

    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_superuser("he", "he@example.com", "x")
    queue = Queue.objects.create(title="desk", slug="desk", email_address="d@example.com")
    count = int(sys.argv[1])
    Ticket.objects.bulk_create(
        (
            Ticket(title=f"ticket {n}", queue=queue, status=1 if n % 5 == 0 else 4,
                   submitter_email="a@example.com", assigned_to=user)
            for n in range(count)
        ),
        batch_size=2000,
    )  # fmt: skip
    FollowUp.objects.bulk_create(
        (FollowUp(ticket=one, title="opened", user=user) for one in Ticket.objects.iterator()),
        batch_size=2000,
    )
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    wanted = {"filtering": {"status__in": [1, 2]}, "filtering_null": {}, "sorting": "created",
              "search_string": "", "sortreverse": False}  # fmt: skip
    table = "start=0&length=50&draw=1&order%5B0%5D%5Bcolumn%5D=0&order%5B0%5D%5Bdir%5D=asc"
    print(
        json.dumps(
            {
                "session": session.session_key,
                "queue": queue.pk,
                "owner": user.pk,
                "list": f"/datatables_ticket_list/{query_to_base64(wanted)}?{table}",
                "search": "/datatables_ticket_list/"
                f"{query_to_base64({**wanted, 'search_string': 'ticket 77'})}?{table}",
            }
        )
    )


if __name__ == "__main__":
    main()
