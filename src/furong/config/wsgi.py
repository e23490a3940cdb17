"""What a WSGI server loads: `furong.config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "furong.config.settings")
application = get_wsgi_application()
