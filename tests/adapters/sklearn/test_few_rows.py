"""Few rows: trained in seconds, with ranges that are honest and a card that says how little is known."""

import time
from typing import Any

import numpy as np
import pytest

from adapters.sklearn.mean_choice import chosen_mean
from adapters.sklearn.storage import read
from adapters.sklearn.training_people import TrainingPeople


@pytest.fixture(scope="module")
def of_few(people, claims_of, cook):
    def made(count):
        rows = people(count, 11)
        random = np.random.default_rng(12)
        charges = 2_000 * np.exp(0.02 * (rows[:, 0] - 40)) * random.lognormal(0, 0.6, count)
        return cook(claims_of(rows, charges.round(2)), "interaction_gamma")

    return made


@pytest.mark.parametrize("count", [60, 300])
def test_few_people_are_learned_from_with_honest_ranges_and_a_warning(of_few, people, count):
    begun = time.process_time()
    made = of_few(count)
    assert time.process_time() - begun < 60
    assert any(f"It learnt from {count} people" in note for note in made.card.notes)
    model, _ = read(made.folder, made.digest)
    rows = people(4_000, 21)
    charges = 2_000 * np.exp(0.02 * (rows[:, 0] - 40)) * np.random.default_rng(22).lognormal(0, 0.6, 4_000)
    answers, _ = model.predict_arrays(rows)
    assert 0.82 <= np.mean((charges >= answers[:, 5]) & (charges <= answers[:, 95])) <= 0.98


def test_without_a_cost_above_zero_in_a_half_no_mean_is_learned():
    unread: Any = None  # the costs of each half decide first
    charges = np.array([500.0, 700.0, 0.0, 0.0])
    some = TrainingPeople(unread, charges, np.ones(4), np.arange(4, dtype=np.uint64))
    halves = np.array([0, 0, 1, 1])
    mean, is_scaled = chosen_mean(some, some, unread, np.empty((4, 99)), np.zeros(4), halves, unread, seed=0)
    assert (mean.is_plain, is_scaled) == (True, False)
