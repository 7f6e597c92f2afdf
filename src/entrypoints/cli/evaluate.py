"""The command `medcost evaluate`: scores of the champion, or of a model folder, on labelled rows."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from domain.people.contract import MOST_BAD
from entrypoints.cli.left_out import print_claims
from entrypoints.cli.options import AsJson, ChosenProfile, Decimal, HomeFolder, Mapped, MostBad, OnBad, Sheet
from entrypoints.cli.output import counted, print_json, stdout
from entrypoints.cli.scores_view import overall, tables
from entrypoints.cli.tables import right, table
from entrypoints.composition.datasets import bad_rows_of, claims_file, reading_rules
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import load

if TYPE_CHECKING:
    from application.models.evaluate_model import EvaluatedModel
    from domain.models.scores import GroupScores, PredictiveRatio, Scores
    from domain.ports.dataset import ClaimsDataset
    from entrypoints.composition.settings import Settings


def evaluate(
    *,
    data: Path,
    model: Path | None = None,
    mapped: Mapped = None,
    decimal: Decimal = None,
    sheet: Sheet = "",
    on_bad: OnBad = None,
    most_bad: MostBad = MOST_BAD,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
    json: AsJson = False,
) -> None:
    """Score the champion, as it is served, on rows whose charges are known.

    For example:

        medcost evaluate --data held_back.csv

        medcost evaluate --data held_back.csv --model data/model

    Parameters
    ----------
    data
        Claims file (.csv, .tsv, .txt, .xlsx or .parquet), or a folder of Parquet files, of which a sample is scored.
    model
        Score this model folder, as `medcost train --out` writes it, instead of the champion.
    """
    settings = load({"home": home, "profile": profile})
    schema = home_schema(settings)
    rules = reading_rules(schema, mapped, decimal=decimal, sheet=sheet)
    dataset = claims_file(data, rules, bad_rows=bad_rows_of(on_bad or "refuse", most_bad))
    if model:
        from entrypoints.composition.scoring import score_model_folder  # scikit-learn takes seconds

        trained, scores, claims = score_model_folder(model, dataset)
        model_facts: dict[str, object] = {
            "version": None,
            "family": trained.card.recipe.family,
            "digest": trained.digest,
        }
        name = f"{model.name} ({trained.card.recipe.name})"
    else:
        evaluated = _champion(settings, dataset)
        version, scores, claims = evaluated.version, evaluated.scores, evaluated.claims
        model_facts = {"version": version.number, "family": version.card.recipe.family, "digest": version.digest}
        name = f"version {version.number} ({version.card.recipe.name})"
    left_out = print_claims(claims, schema)
    if json:
        print_json(_document(model_facts, scores) | ({"left_out": left_out} if left_out else {}))
    else:
        people = (
            "" if scores.people is None else " (1 person)" if scores.people == 1 else f" ({scores.people:,} people)"
        )
        _show(f"{name} on {counted(scores.rows, 'row')}{people} of {data.name}", scores, schema.cost.currency)


def _champion(settings: Settings, dataset: ClaimsDataset) -> EvaluatedModel:
    from application.models.evaluate_model import EvaluateModel
    from entrypoints.composition.training import evaluation_container
    from entrypoints.hosting.session import session

    with session(settings, lambda: evaluation_container(settings, dataset)) as opened:
        return opened.run(opened.get(EvaluateModel)())


def _document(model: dict[str, object], scores: Scores) -> dict[str, object]:
    return {
        "rows": scores.rows,
        "people": scores.people,
        "model": model,
        "expected": scores.expected,
        "typical": scores.typical,
        "crps": scores.crps,
        "interval": scores.interval,
        "zero": scores.zero,
        "actuarial": _actuarial(scores),
        "fifths": scores.fifths,
        "calibration": {"ranges": scores.calibration, "quantiles": scores.quantiles},
        "groups": [_named(group.ratio) | _fields(group, without="ratio") for group in scores.groups],
    }


def _actuarial(scores: Scores) -> dict[str, object] | None:
    if scores.actuarial is None:
        return None
    overall, deciles = scores.actuarial.overall, scores.actuarial.deciles
    return {
        "cpm": scores.actuarial.cpm,
        "gini": scores.actuarial.gini,
        "top_decile_capture": scores.actuarial.capture_10,
        "top_5_percent_capture": scores.actuarial.capture_5,
        "top_1_percent_capture": scores.actuarial.capture_1,
        "mae_over_mean": scores.actuarial.mae_over_mean,
        "capped_r2": scores.actuarial.capped_r2,
        "cap": scores.actuarial.cap,
        **_named(overall),
        "predictive_ratios": [decile.ratio for decile in deciles],
        "predictive_ratio_intervals": [(decile.low, decile.high) for decile in deciles],
    }


def _named(ratio: PredictiveRatio | None) -> dict[str, object]:
    if ratio is None:
        return {"predictive_ratio": None, "predictive_ratio_interval": None}
    return {"predictive_ratio": ratio.ratio, "predictive_ratio_interval": (ratio.low, ratio.high)}


def _fields(group: GroupScores, *, without: str) -> dict[str, object]:
    return {field.name: getattr(group, field.name) for field in fields(group) if field.name != without}


def _show(title: str, scores: Scores, currency: str) -> None:
    console = stdout()
    figures = table("figure", *right("value"), title=f"{escape(title)}; money in {currency}", lines=True)
    for name, text in overall(scores, currency).items():
        figures.add_row(name, text)
    console.print(figures, *tables(scores), sep="\n")
