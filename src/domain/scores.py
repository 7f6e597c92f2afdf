"""How well predictions of labelled rows did: the figures that a model card and an evaluation tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExpectedScores:
    """How far the expected cost (mean) is off: r2, and rmse, mae and bias (expected minus actual) in USD.

    ``bias`` is None on cards made before it was told.
    """

    r2: float
    rmse: float
    mae: float
    bias: float | None = None


@dataclass(frozen=True, slots=True)
class TypicalScores:
    """How far the typical cost (median) is off, in USD; ``within_100`` is the share within 100 USD."""

    mae: float
    median_ae: float
    within_100: float


@dataclass(frozen=True, slots=True)
class IntervalScores:
    """What the published interval holds and how wide it is, in USD."""

    level: float
    coverage: float
    mean_width: float
    interval_score: float


@dataclass(frozen=True, slots=True)
class GroupScores:
    """The same for one group of people, such as ``smoker=yes``; ``bias`` is expected minus actual, in USD."""

    group: str
    rows: int
    coverage: float
    mean_width: float
    bias: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What share of people a range held that promised to hold ``level`` of them."""

    level: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Scores:
    """A model's predictions of labelled rows, measured.

    ``calibration`` holds one entry for each of `domain.cost.CALIBRATION_LEVELS`, rising; none on cards made before
    there were any.
    """

    rows: int
    expected: ExpectedScores
    typical: TypicalScores
    crps: float
    interval: IntervalScores
    groups: tuple[GroupScores, ...]
    calibration: tuple[Calibration, ...] = ()
