"""`medcost evaluate`: the champion, or a model folder, on labelled rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from entrypoints.cli.options import AsJson, ChosenProfile, HomeFolder
from entrypoints.cli.output import answer, print_json, usd
from entrypoints.wiring.settings import load

if TYPE_CHECKING:
    from application.evaluate_model import EvaluatedModel
    from domain.scores import Scores
    from entrypoints.wiring.settings import Settings


def evaluate(
    *,
    data: Path,
    model: Path | None = None,
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
        Claims file, CSV or Parquet, or a folder of Parquet files, of which a sample is scored.
    model
        Score this model folder, as `medcost train --out` writes it, instead of the champion.
    """
    if model:
        from entrypoints.wiring.datasets import claims_file  # scikit-learn takes seconds
        from entrypoints.wiring.training import score_folder

        trained, scores = score_folder(model, claims_file(data))
        known = {"version": None, "family": trained.card.recipe.family, "digest": trained.digest}
        name = f"{model.name} ({trained.card.recipe.name})"
    else:
        found = _champion(load({"home": home, "profile": profile}), data)
        version, scores = found.version, found.scores
        known = {"version": version.number, "family": version.card.recipe.family, "digest": version.digest}
        name = f"version {version.number} ({version.card.recipe.name})"
    if json:
        print_json(_document(known, scores))
    else:
        _show(f"{name} on {scores.rows:,} rows of {data.name}", scores)


def _champion(settings: Settings, data: Path) -> EvaluatedModel:
    from application.evaluate_model import EvaluateModel
    from entrypoints.wiring.datasets import claims_file
    from entrypoints.wiring.session import session
    from entrypoints.wiring.training import evaluation_container

    with session(settings, lambda: evaluation_container(settings, claims_file(data))) as opened:
        return opened.run(opened.get(EvaluateModel)())


def _document(model: dict[str, object], scores: Scores) -> dict[str, object]:
    return {
        "rows": scores.rows,
        "model": model,
        "expected": scores.expected,
        "typical": scores.typical,
        "crps": scores.crps,
        "interval": scores.interval,
        "groups": scores.groups,
    }


def _show(title: str, scores: Scores) -> None:
    console = answer()
    table = Table(title=f"{escape(title)}; money in USD", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    rows = {
        "CRPS": usd(scores.crps),
        "expected: R²": f"{scores.expected.r2:.4f}",
        "expected: RMSE": usd(scores.expected.rmse),
        "expected: MAE": usd(scores.expected.mae),
        "typical: MAE": usd(scores.typical.mae),
        "typical: median absolute error": usd(scores.typical.median_ae),
        "typical: within 100 USD": f"{scores.typical.within_100:.1%}",
        f"{scores.interval.level:.0%} interval: coverage": f"{scores.interval.coverage:.3f}",
        "interval: mean width": usd(scores.interval.mean_width),
        "interval: score": usd(scores.interval.interval_score),
    }
    for figure, value in rows.items():
        table.add_row(figure, value)
    console.print(table)
    groups = Table(title="By group", title_justify="left")
    for column in ("group", "rows", "coverage", "mean width", "bias"):
        groups.add_column(column, justify="left" if column == "group" else "right")
    for one in scores.groups:
        groups.add_row(one.group, f"{one.rows:,}", f"{one.coverage:.3f}", usd(one.mean_width), f"{one.bias:+,.0f}")
    console.print(groups)
