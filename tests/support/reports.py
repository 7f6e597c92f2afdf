"""An actuary's report with every kind of figure."""

from datetime import UTC, datetime

from domain.models.actuarial_report import (
    ActuarialReport,
    AuditGroup,
    ChancePortion,
    CurvePoint,
    Curves,
    DoubleLift,
    LiftPortion,
    PeriodScores,
    Portion,
    ReportedModel,
)
from domain.models.scores import (
    ActuarialScores,
    Calibration,
    ExpectedScores,
    FifthScores,
    GroupScores,
    IntervalScores,
    PredictiveRatio,
    Scores,
    TypicalScores,
    ZeroScores,
)

_TENTHS = range(1, 11)

SCORES = Scores(
    rows=4321,
    expected=ExpectedScores(r2=0.1234, rmse=5000.0, mae=2100.0, bias=12.0),
    typical=TypicalScores(mae=1900.0, median_ae=800.0, within_100=0.21),
    crps=1501.0,
    interval=IntervalScores(0.9, 0.913, 9000.0, 12345.0),
    groups=(
        GroupScores("smoker=yes", 801, 0.902, 9100.0, -77.0, people=790, ratio=PredictiveRatio(0.978, 0.951, 1.004)),
        GroupScores("smoker=no", 3520, 0.915, 8900.0, 33.0, people=3510, ratio=PredictiveRatio(1.012, 0.99, None)),
    ),
    people=4300,
    zero=ZeroScores(0.187, 0.191, 0.144),
    fifths=tuple(
        FifthScores(
            people=860 + number,
            coverage=0.9 + number / 1000,
            predicted=1000.0 * number,
            observed=1010.0 * number,
            from_zero=0.4,
            zero_predicted=0.3 - number / 100,
            zero_observed=0.31 - number / 100,
        )
        for number in range(1, 6)
    ),
    actuarial=ActuarialScores(
        overall=PredictiveRatio(0.999, 0.98, 1.02),
        deciles=tuple(PredictiveRatio(0.95 + number / 100, 0.9, 1.1) for number in _TENTHS),
        cpm=0.0871,
        gini=0.2456,
        mae_over_mean=0.8123,
        capped_r2=0.1345,
        cap=250_000.0,
        capture_1=0.111,
        capture_5=0.222,
        capture_10=0.333,
    ),
    quantiles=tuple(Calibration(level, level + 0.003) for level in (0.05, 0.5, 0.95)),
)

REPORT = ActuarialReport(
    model=ReportedModel(version=7, recipe="hurdle", digest="ab" * 32),
    created_at=datetime(2026, 11, 30, 6, 0, tzinfo=UTC),
    title="Medical cost of <one> adult",
    currency="EUR",
    basis="4,321 rows with known costs",
    data="=SUM(A1), a file",
    data_digest="cd" * 32,
    scores=SCORES,
    curves=Curves(
        deciles=tuple(Portion(people=430, predicted=100.0 * n, observed=103.0 * n) for n in _TENTHS),
        lorenz=tuple(
            CurvePoint(people=n / 20, by_predicted=(n / 20) ** 2, by_observed=(n / 20) ** 3) for n in range(21)
        ),
        chances=tuple(ChancePortion(people=430, predicted=n / 20, observed=n / 21) for n in _TENTHS),
        audits=(
            AuditGroup(
                column="race",
                value="<b>other",
                people=321,
                ratio=PredictiveRatio(0.871, 0.8, 0.94),
                net_compensation=-219.0,
                coverage=0.887,
            ),
        ),
        periods=(
            PeriodScores(
                period="1975", people=2000, ratio=PredictiveRatio(1.01, 0.97, 1.05), coverage=0.9, crps=1400.0
            ),
            PeriodScores(
                period="1976", people=2300, ratio=PredictiveRatio(0.98, 0.95, 1.02), coverage=0.92, crps=1600.0
            ),
        ),
        double_lift=DoubleLift(
            rival="version 6 (linear)",
            portions=tuple(
                LiftPortion(people=430, predicted=90.0 * n, rival=110.0 * n, observed=95.0 * n) for n in _TENTHS
            ),
        ),
    ),
    limits=("It does not show what causes a cost.",),
)
