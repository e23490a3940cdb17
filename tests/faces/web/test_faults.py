"""When the platform itself fails."""

import logging
import re

import pytest
from django.test import RequestFactory

from furong.config import urls
from furong.faces.web.views.faults import server_error


def test_the_page_gives_a_number_that_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().get("/subjects/")
    with caplog.at_level(logging.ERROR):
        try:
            raise ZeroDivisionError("nobody foresaw this")
        except ZeroDivisionError:
            answer = server_error(request)
    assert answer.status_code == 500
    page = answer.content.decode()
    number = answer["X-Error-Number"]
    assert re.fullmatch("[0-9A-F]{8}", number)
    assert number in page
    assert "没有完成" in page
    assert "系统管理员" in page
    assert "nobody foresaw this" not in page
    assert number in caplog.text
    assert "nobody foresaw this" in caplog.text


def test_it_is_the_page_of_every_address() -> None:
    assert urls.handler500.endswith("faults.server_error")
