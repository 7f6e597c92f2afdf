"""Coalitions tried on people each once: no figure changes, only the work."""

import numpy as np
import pytest

from adapters.sklearn.coalitions import Coalitions

COALITIONS = range(64)


def bent(rows):
    """Cost something that no fact adds alone."""
    return rows[:, 0] * (1 + rows[:, 4]) + np.exp(rows[:, 2] / 20) * (rows[:, 3] + 1) + 7 * rows[:, 1] * rows[:, 5]


def test_a_coalition_is_worth_the_mean_over_the_background_with_its_facts(people):
    background, explained = people(100, 1), people(5, 2)
    for row in explained:
        by_hand = []
        for coalition in COALITIONS:
            mixed = background.copy()
            for fact in range(6):
                if coalition >> fact & 1:
                    mixed[:, fact] = row[fact]
            by_hand.append(bent(mixed).mean())
        assert Coalitions.of(background).worth(row, bent) == pytest.approx(np.array(by_hand), rel=1e-12)


def test_nobody_is_asked_about_twice(people):
    calls = []

    def remembered(rows):
        calls.append(rows)
        return bent(rows)

    background = people(100, 1)
    row = np.array([70.5, 0.5, 33.3, 7.5, 0.5, 2.5])  # shares no fact with the background
    Coalitions.of(background).worth(row, remembered)
    (rows,) = calls
    assert len(np.unique(rows, axis=0)) == len(rows) < 64 * 100


def test_a_background_of_one_person_asks_one_question_a_coalition():
    background = np.array([[40.0, 1, 27, 2, 0, 3]])
    coalitions = Coalitions.of(background)
    assert len(coalitions.rows) == 64
    assert coalitions.shares.tolist() == [1.0] * 64
