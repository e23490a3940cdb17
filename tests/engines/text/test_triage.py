"""What a dispatcher notices: order, certainty, passages, and that a correction counts at once."""

import random
from dataclasses import replace

import numpy as np
import pytest

from furong.engines.text.duplicates import near_duplicates
from furong.engines.text.figures import Figures, calibration_error, macro_f1, reliable_from
from furong.engines.text.grams import Counted, Message
from furong.engines.text.taxonomy import Label, Taxonomy, TaxonomyProblem
from furong.engines.text.training import Example, train
from furong.engines.text.triage import UNDECIDED, Triage
from tests.engines.text.cast import EXAMPLES, ODD, TAXONOMY


@pytest.fixture(scope="module")
def trained() -> Triage:
    return train(TAXONOMY, EXAMPLES)


def first(model: Triage, message: Message) -> str:
    return model.suggest(message).ranked[0].id


# --- the first day ------------------------------------------------------------------------------


def test_the_words_of_the_taxonomy_alone_beat_chance() -> None:
    model = Triage.cold(TAXONOMY)
    right = sum(first(model, one.message) == one.label for one in EXAMPLES)
    assert right / len(EXAMPLES) > 0.7  # of five categories


def test_the_first_day_orders_but_decides_nothing() -> None:
    found = Triage.cold(TAXONOMY).suggest(Message("买不到口罩和消毒液", ""))
    assert found.ranked[0].name == "防疫物资"
    assert not found.calibrated
    assert not found.decided
    assert found.category == UNDECIDED == "待人工判定"


def test_what_says_nothing_is_equally_likely_everything() -> None:
    found = Triage.cold(TAXONOMY).suggest(Message("", ""))
    assert [one.probability for one in found.ranked] == pytest.approx([0.2] * 5)
    assert found.evidence == ()


# --- corrections --------------------------------------------------------------------------------


@pytest.mark.parametrize("fitted", [False, True])
def test_a_correction_changes_the_next_answer(fitted: bool) -> None:
    model = train(TAXONOMY, EXAMPLES) if fitted else Triage.cold(TAXONOMY)
    message = Message("食堂门口的停车问题", "食堂门口乱停车")
    wrong = first(model, message)
    right = next(one for one in ("catering", "traffic", "supplies") if one != wrong)

    model.learn(message, right)

    assert first(model, message) == right
    assert first(model, Message("食堂门口的停车问题！", "食堂门口乱停车。")) == right
    assert first(model, Message("买不到口罩", "")) == "supplies"


def test_a_correction_to_an_unknown_category_is_refused() -> None:
    model = Triage.cold(TAXONOMY)
    with pytest.raises(TaxonomyProblem, match="没有类别 laon"):
        model.learn(Message("甲", ""), "laon")


# --- with labels --------------------------------------------------------------------------------


def test_learning_helps(trained: Triage) -> None:
    unseen = Message("想问问展期怎么办", "流水少，还不上了")
    assert first(trained, unseen) == "loan"
    assert trained.fitted is not None
    assert trained.fitted.measured is not None
    assert trained.fitted.measured.macro_f1 > 0.9
    assert trained.fitted.counts == (24, 24, 24, 24, 0)


def test_a_category_without_labels_can_still_be_named(trained: Triage) -> None:
    ids = {one.id for one in trained.suggest(Message("口罩", "")).ranked}
    assert "other" in ids


def test_what_is_unlike_anything_is_left_to_people(trained: Triage) -> None:
    assert trained.suggest(Message("口罩买不到", "两支测温枪也没有")).decided
    assert not trained.suggest(Message("窗外的云", "")).decided


def test_probabilities_are_in_order_and_add_up(trained: Triage) -> None:
    for example in EXAMPLES[:12]:
        chances = [one.probability for one in trained.suggest(example.message).ranked]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) == pytest.approx(1)


def test_the_passages_stand_in_the_message_and_speak_for_the_category(trained: Triage) -> None:
    message = Message("白鹭楼买不到口罩", "员工返岗在即，消毒液也没有")
    found = trained.suggest(message)
    assert 1 <= len(found.evidence) <= 5
    assert all(one in message.title + message.body for one in found.evidence)
    assert any("口罩" in one for one in found.evidence)


def test_labels_that_nobody_declared_are_refused() -> None:
    with pytest.raises(TaxonomyProblem, match="没有类别 parking"):
        train(TAXONOMY, [Example(Message("停车", ""), "parking")])


def test_few_labels_measure_nothing() -> None:
    model = train(TAXONOMY, EXAMPLES[:10])
    found = model.suggest(EXAMPLES[0].message)
    assert not found.calibrated
    assert not found.decided
    assert found.ranked[0].id == EXAMPLES[0].label


def test_the_same_labels_and_seed_give_the_same_model() -> None:
    one, other = (train(TAXONOMY, EXAMPLES[:40], seed=3) for _ in range(2))
    assert one.blend == other.blend
    assert one.fitted is not None
    assert other.fitted is not None
    assert np.array_equal(one.fitted.weights, other.fitted.weights)
    assert one.fitted.sure_from == other.fitted.sure_from


def test_one_label_alone_is_no_reason_to_fail() -> None:
    model = train(TAXONOMY, [one for one in EXAMPLES if one.label == "loan"][:30])
    assert first(model, EXAMPLES[0].message) == "loan"


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_no_text_is_refused(trained: Triage, odd: str) -> None:
    for model in (trained, Triage.cold(TAXONOMY)):
        for message in (Message(odd, ""), Message("", odd), Message(odd, odd)):
            chances = [one.probability for one in model.suggest(message).ranked]
            assert np.isfinite(chances).all()
    learner = Triage.cold(TAXONOMY)
    learner.learn(Message(odd, odd), "loan")
    assert np.isfinite(learner.suggest(Message(odd, odd)).ranked[0].probability)


def test_any_text_is_read(trained: Triage) -> None:
    seed = random.randrange(2**32)
    draw = random.Random(seed)
    for _ in range(200):
        text = "".join(
            chr(draw.choice([draw.randrange(0x110000), draw.randrange(256)])) for _ in range(50)
        )
        assert len(trained.suggest(Message(text[:20], text)).ranked) == 5, f"seed {seed}"


# --- taxonomies ---------------------------------------------------------------------------------


def test_a_taxonomy_needs_two_categories_once_each() -> None:
    with pytest.raises(TaxonomyProblem, match="少于两个"):
        Taxonomy((Label("a", "甲"),))
    with pytest.raises(TaxonomyProblem, match="写了两次"):
        Taxonomy((Label("a", "甲"), Label("a", "乙")))


def test_a_word_more_is_another_taxonomy() -> None:
    labels = list(TAXONOMY.labels)
    labels[0] = replace(labels[0], words=(*labels[0].words, "担保"))
    assert Taxonomy(tuple(labels)).digest != TAXONOMY.digest


# --- figures ------------------------------------------------------------------------------------


def test_figures_of_answers_that_one_can_count() -> None:
    given = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6]])
    truth = np.array([0, 0, 1, 1, 1])
    found = Figures.of(given, truth)
    assert found.accuracy == pytest.approx(0.8)
    assert found.macro_f1 == pytest.approx((2 * 2 / 5 + 2 * 2 / 5) / 2)
    assert found.at_80 == pytest.approx(0.75)
    assert found.top_3 == 1
    assert macro_f1(truth, truth) == 1


def test_what_comes_true_as_often_as_it_was_said_has_no_error() -> None:
    sure = np.full(100, 0.75)
    assert calibration_error(sure, np.arange(100) < 75) == pytest.approx(0)
    assert calibration_error(sure, np.arange(100) < 25) == pytest.approx(0.5)


def test_relying_begins_where_ninety_seven_in_a_hundred_are_right() -> None:
    sure = np.linspace(1, 0.5, 100)
    assert reliable_from(sure, np.arange(100) < 97) == pytest.approx(0.5)
    right = np.arange(100) < 50
    assert reliable_from(sure, right) == pytest.approx(sure[50])  # 50 of 51
    assert reliable_from(sure, np.zeros(100, bool)) is None


def test_surer_answers_are_right_more_often(trained: Triage) -> None:
    """What the threshold rests on: on held-back answers, certainty and truth go together."""
    draw = np.random.default_rng(7)
    noisy = [
        Example(
            one.message, str(draw.choice(["loan", "traffic"])) if draw.random() < 0.3 else one.label
        )
        for one in EXAMPLES
    ]
    model = train(TAXONOMY, noisy)
    given = model.probabilities([one.message for one in EXAMPLES])
    truth = np.array([TAXONOMY.place(one.label) for one in EXAMPLES])
    right = given.argmax(axis=1) == truth
    order = np.argsort(-given.max(axis=1))
    assert right[order[:48]].mean() >= right[order[48:]].mean()


def test_copies_share_a_group_and_others_do_not() -> None:
    texts = [
        "园区门口的停车费涨价太快，请管一管",
        "园区门口的停车费涨价太快，请管一管！",
        "口罩只够用两天了",
    ]
    groups = near_duplicates([Counted.of(Message(text, text)) for text in texts])
    assert groups[0] == groups[1] != groups[2]
