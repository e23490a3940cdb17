"""What a WSGI server loads: `furong.config.wsgi:application`. It does not start without its keys."""

import os

from django.core.wsgi import get_wsgi_application

from furong.apps.base.cipher import require_keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "furong.config.settings")
application = get_wsgi_application()
require_keys()
