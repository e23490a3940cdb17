"""What of a text is read, and that hashing stays what model files rest on."""

import numpy as np
import pytest

from furong.engines.text.cleaning import normalise
from furong.engines.text.grams import Counted, Message, counted, grams, learned


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Ａ3区 停车费 涨到\n350元", "a区停车费涨到0元"),
        ("湘A12345 占道", "湘a占道"),
        ("口\x00罩\u202e\u200b", "口罩"),
        ("\ud800口罩", "口罩"),
        ("", ""),
        ("😀口罩", "😀口罩"),
    ],
)
def test_spaces_widths_numbers_and_unseen_signs_make_no_difference(written: str, read: str) -> None:
    assert normalise(written, 100) == read


def test_a_long_text_is_read_from_its_beginning() -> None:
    assert normalise("甲" * 100_000, 500) == "甲" * 500
    assert len(normalise("\ufdfa" * 100_000, 500)) == 500  # one sign that unfolds into eighteen


def test_hashes_are_those_of_the_stored_models() -> None:
    # Raise modelfile.FORMAT with these: old models would read other grams.
    pairs, triples = grams("停车费", (2, 3))
    assert pairs.tolist() == [4224704057, 3643124564]
    assert triples.tolist() == [4071521019]


def test_a_gram_has_the_same_hash_wherever_it_stands() -> None:
    assert grams("车费", (2,))[0][0] == grams("停车费", (2,))[0][1]
    assert len(grams("车", (1, 2))[1]) == 0


def test_counts_are_of_distinct_grams_in_order() -> None:
    distinct, times = counted("车车车", (1, 2))
    assert np.all(np.diff(distinct.astype(np.int64)) > 0)
    assert sorted(times.tolist()) == [2.0, 3.0]


def test_each_part_of_a_message_has_a_length_of_its_own() -> None:
    messages = [Counted.of(Message(f"停车{word}", f"路边停车{word}")) for word in "甲乙丙"]
    features = learned(messages, most=1000)
    places, values = features.vector(messages[0])
    titles = places < len(features.title.known)
    assert np.linalg.norm(values[titles]) == pytest.approx(0.6)
    assert np.linalg.norm(values[~titles]) == pytest.approx(1.0)


def test_what_was_never_seen_gives_an_empty_vector() -> None:
    features = learned([Counted.of(Message("停车", "停车"))], most=1000)
    places, values = features.vector(Counted.of(Message("口罩", "")))
    assert len(places) == len(values) == 0
