"""The benchmark's workload is the same everywhere, and a smaller one is the start of a larger."""

import numpy as np

from bench.rules.workload import CHUNK, FIELDS, Workload


def test_it_is_made_the_same_twice() -> None:
    one, two = Workload(200, 20), Workload(200, 20)
    assert one.texts == two.texts
    for key, column in one.columns.items():
        assert column.dictionary == two.columns[key].dictionary
        assert np.array_equal(column.values, two.columns[key].values)


def test_a_smaller_one_is_the_start_of_a_larger() -> None:
    assert Workload(10, 5).texts == Workload(10, 20).texts[:5]
    for place, field in enumerate(FIELDS[-4:]):
        larger = field.column(place, CHUNK + 10).values
        assert np.array_equal(field.column(place, 100).values, larger[:100])
        assert not np.array_equal(larger[:10], larger[CHUNK:])


def test_it_has_the_stated_shape() -> None:
    workload = Workload(2_000, 200)
    assert workload.shape() == {"criteria": 912, "atoms": 1136, "distinct": 297, "bytes": 59}
    missing = [column.missing().mean() for column in workload.columns.values()]
    assert min(missing) > 0.03
    assert max(missing) < 0.07


def test_no_policy_asks_a_fact_twice() -> None:
    assert all(compiled.search is None for compiled in Workload(1, 200).book.policies)
