#!/usr/bin/env python
"""Django's command line, for the developer; users have `furong`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "furong.config.settings")
    execute_from_command_line(sys.argv)
