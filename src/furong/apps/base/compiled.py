"""Reads and writes whose SQL is made once: for what every request and every act needs.

Django makes a queryset's SQL anew at each evaluation, which takes ten to twenty times as long as the
database takes to answer by key. What stands on the path of every act is read and written through here;
everything else stays an ordinary queryset.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import FETCH_ONE, Expression, QuerySet
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

from furong.apps.base.remembering import remembered

type Backend = Any  # a database wrapper
type Converter = tuple[int, Sequence[Callable[..., Any]], Any]


class Given(Expression):
    """The place of a value in a reading's filters, by its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ARG002
        return "%s", (self,)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A compiled read. params: values, and Given where one is put in at each run."""

    sql: str
    params: Sequence[Any]
    select: Sequence[Any]
    info: dict[str, Any] | None
    converters: Sequence[Converter]
    populators: Sequence[Any]
    locks: bool

    def rows(self, values: dict[str, Any]) -> list[list[Any]]:
        backend = connections[DEFAULT_DB_ALIAS]  # not the proxy, which looks it up at each use
        # Django itself asks when it compiles a query, which is here only once.
        if self.locks and not backend.in_atomic_block:
            raise TransactionManagementError("Rows are locked within a transaction only.")
        params = [
            adapted(values[one.name], backend) if isinstance(one, Given) else one
            for one in self.params
        ]
        with _cursor(backend) as cursor:
            cursor.execute(self.sql, params)
            found = [list(row) for row in cursor.fetchall()]
        for place, convert, expression in self.converters:
            for row in found:
                value = row[place]
                for one in convert:
                    value = one(value, expression, backend)
                row[place] = value
        return found


class Reading[R]:
    """A queryset of models, or of tuples (`values_list`), that is compiled at its first run.

        _HELD = Reading(lambda case: Assignment.objects.filter(case=case), "case")
        _HELD.all(case=case.pk)

    rows: makes the queryset from one `Given` for each name. Prefetches and annotations are not read.
    shared: whether a request that only reads may be given the same rows again (`furong.apps.base.remembering`).
    """

    def __init__(
        self, rows: Callable[..., QuerySet[Any, R]], *names: str, shared: bool = False
    ) -> None:
        self._make, self._names, self._shared = rows, names, shared
        self._plans: dict[str, _Plan] = {}

    def all(self, **values: Any) -> list[R]:
        if self._shared:
            return [*remembered((self, *values.values()), lambda: self._read(values))]
        return self._read(values)

    def _read(self, values: dict[str, Any]) -> list[R]:
        plan = self._plans.get(connection.vendor) or self._compiled()
        rows = plan.rows(values)
        info = plan.info
        if info is None:
            return [tuple(row) for row in rows]  # type: ignore[misc] # what values_list gives
        model, alias = info["model"], connection.alias
        first, last = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [plan.select[n][0].target.attname for n in info["select_fields"]]
        found = []
        for row in rows:
            one = model.from_db(alias, names, row[first:last])
            for populator in plan.populators:
                populator.populate(row, one)
            found.append(one)
        return found

    def first(self, **values: Any) -> R | None:
        return next(iter(self.all(**values)), None)

    def _compiled(self) -> _Plan:
        rows = self._make(**{name: Given(name) for name in self._names})
        compiler = rows.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns = [one[0] for one in compiler.select[: compiler.col_count]]
        converters = [
            (place, convert, expression)
            for place, (convert, expression) in compiler.get_converters(columns).items()
        ]
        info = compiler.klass_info if rows.query.default_cols else None  # None: tuples
        populators = (
            get_related_populators(info, compiler.select, connection.alias, FETCH_ONE)
            if info
            else []
        )
        locks: bool = rows.query.select_for_update
        plan = _Plan(sql, params, compiler.select, info, converters, populators, locks)
        self._plans[connection.vendor] = plan
        return plan


def adapted(value: Any, backend: Backend) -> Any:
    """A value as the database's driver takes it."""
    match value:
        case UUID():
            return value if backend.features.has_native_uuid_field else value.hex
        case datetime():
            return backend.ops.adapt_datetimefield_value(value)
        case _:
            return value


def insert(rows: Iterable[models.Model], *, conflict: str = "") -> int:
    """Adds new rows of one model, whose keys the caller or the model made; how many were written.

    conflict: the ON CONFLICT clause, where a row that is there already is no error.
    """
    made = [*rows]
    if not made:
        return 0
    model = type(made[0])
    written = _run(f"{_insertion(model)} {conflict}", _columns(model), made, adding=True)
    for one in made:
        one._state.adding, one._state.db = False, connection.alias  # noqa: SLF001 - as save does
    return written


def update(rows: Iterable[models.Model], *names: str) -> None:
    """Writes these fields of rows of one model; all but the key where none is named."""
    kept = [*rows]
    if kept:
        model = type(kept[0])
        fields = _columns(model, names) if names else _columns(model)[1:]
        key = model._meta.pk  # noqa: SLF001 - public in all but name
        _run(_changing(model, names), (*fields, key), kept, adding=False)


class Kept:
    """A row that is in the database, to be written where it has changed since.

    An index is not touched for a column that stays as it is; a whole row would touch all of them.
    """

    def __init__(self, row: models.Model) -> None:
        self._row, self._fields = row, _columns(type(row))[1:]
        self._was = self._values()

    def save(self) -> None:
        now = self._values()
        changed = [one.name for one in self._fields if now[one.attname] != self._was[one.attname]]
        if changed:
            update([self._row], *changed)
            self._was = now

    def _values(self) -> dict[str, Any]:
        """Fields' values; of JSON a copy, since it may be changed in its place."""
        return {
            one.attname: deepcopy(value) if isinstance(value, dict | list) else value
            for one in self._fields
            for value in (getattr(self._row, one.attname),)
        }


def _run(sql: str, fields: Sequence[Any], rows: Sequence[models.Model], *, adding: bool) -> int:
    backend = connections[DEFAULT_DB_ALIAS]
    values = [[_saved(field, row, adding, backend) for field in fields] for row in rows]
    with _cursor(backend) as cursor:
        if len(values) == 1:
            cursor.execute(sql, values[0])
        else:
            cursor.executemany(sql, values)
        written: int = cursor.rowcount
        return written


def _cursor(backend: Backend) -> Any:
    """One that prepares what it runs, where the database does that apart."""
    preparing = getattr(backend, "preparing_cursor", None)
    return preparing() if preparing is not None else backend.cursor()


_AS_IT_IS: dict[type, type] = {
    models.CharField: str,
    models.TextField: str,
    models.BooleanField: bool,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
    models.SmallIntegerField: int,
}
"""The kinds of fields whose values, if they are of this very type, every database takes unprepared."""


def _saved(field: Any, row: models.Model, adding: bool, backend: Backend) -> Any:
    """A field's value as the database takes it, as `save` finds it."""
    if (plain := _AS_IT_IS.get(type(field))) is not None:
        value = getattr(row, field.attname)
        if value is None or type(value) is plain:
            return value
    return field.get_db_prep_save(field.pre_save(row, adding), backend)


@lru_cache(maxsize=256)
def _columns(model: type[models.Model], names: tuple[str, ...] = ()) -> tuple[Any, ...]:
    """The fields that have columns, the key first; or those named."""
    meta = model._meta  # noqa: SLF001 - public in all but name
    if names:
        return tuple(meta.get_field(name) for name in names)
    return (meta.pk, *(one for one in meta.concrete_fields if not one.primary_key))


@lru_cache(maxsize=256)
def _insertion(model: type[models.Model]) -> str:
    fields = _columns(model)
    columns = ", ".join(_quoted(one.column) for one in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608, SLF001 - names of tables and columns of the code


@lru_cache(maxsize=256)
def _changing(model: type[models.Model], names: tuple[str, ...]) -> str:
    meta = model._meta  # noqa: SLF001 - public in all but name
    fields = _columns(model, names) if names else _columns(model)[1:]
    sets = ", ".join(f"{_quoted(one.column)} = %s" for one in fields)
    key = _quoted(_columns(model)[0].column)
    return f"UPDATE {_quoted(meta.db_table)} SET {sets} WHERE {key} = %s"  # noqa: S608 - as above


def _quoted(name: str) -> str:
    return f'"{name}"'  # both SQLite and PostgreSQL
