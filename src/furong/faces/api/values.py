"""Facts in JSON: each type of fact has one form, as answers write it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.registry.catalogue import Catalogue
from furong.faces.api.problems import Fault, Text, faulty

_NUMBER = (int, Decimal, str)
_FORMS: Mapping[str, tuple[tuple[type, ...], Text]] = {
    "boolean": ((bool,), gettext_lazy("请写 true 或 false")),
    "integer": ((int,), gettext_lazy("请写整数")),
    "decimal": (_NUMBER, gettext_lazy('请写数，或带引号的数，如 "0.055"')),
    "money": (_NUMBER, gettext_lazy('请写元，如 12000 或 "12000.50"')),
    "date": ((str,), gettext_lazy('请写 "2020-02-24"')),
    "choice": ((str,), gettext_lazy("请写值的代码，加引号")),
    "code": ((str,), gettext_lazy("请写代码，加引号")),
    "set": ((list,), gettext_lazy('请写一列代码，如 ["a", "b"]')),
}


def check_shapes(values: Mapping[str, Any], known: Catalogue) -> None:
    """Raises Problem for values that are not of the form of their fact, and where there are none.

    Raises Refusal for a fact that no pack declares. Whether a value lies in its fact's domain, the
    verb finds out.
    """
    if not values:
        raise faulty([Fault("values", _("没有填任何事实"), _("请写 {事实: 值, …}"))])
    if faults := [*_faults(values, known)]:
        raise faulty(faults)


def _faults(values: Mapping[str, Any], known: Catalogue) -> Iterator[Fault]:
    for key, value in values.items():
        forms, remedy = _FORMS[known.fact(key).type]
        if value is None:
            continue
        if value == "":
            yield Fault(f"values.{key}", _("是空的"), _("要撤回这项事实，请写 null"))
        elif not _is_one_of(value, forms):
            yield Fault(f"values.{key}", _("类型不对"), remedy)


def _is_one_of(value: Any, forms: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in forms
    if isinstance(value, list):
        return list in forms and all(isinstance(one, str) for one in value)
    return isinstance(value, forms)
