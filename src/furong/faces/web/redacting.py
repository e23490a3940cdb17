"""Signed links stay out of the logs: whoever reads a log must not be able to open one."""

import logging
import re

_TOKEN = re.compile(r"(/t/)[^/\s?]+")


class HideLinks(logging.Filter):
    """Takes the tokens out of what Django logs of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_hidden(one) for one in record.args)
        return True


def _hidden(value: object) -> object:
    return _TOKEN.sub(r"\1…", value) if isinstance(value, str) else value
