"""The command `medcost report`: the actuary's report of a version, as a page, a workbook or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from domain.errors import ConfigurationError
from domain.people.contract import MOST_BAD
from entrypoints.cli.options import ChosenProfile, Decimal, HomeFolder, Mapped, MostBad, OnBad, Sheet, Version
from entrypoints.cli.output import stderr
from entrypoints.cli.overwriting import refuse_same
from entrypoints.composition.datasets import bad_rows_of, claims_file, reading_rules
from entrypoints.composition.reports import report_writers
from entrypoints.composition.schema import home_schema
from entrypoints.composition.settings import load

if TYPE_CHECKING:
    from domain.models.actuarial_report import ActuarialReport
    from domain.ports.dataset import ClaimsDataset
    from entrypoints.composition.settings import Settings


def report(
    version: Version | None = None,
    /,
    *,
    out: Path,
    data: Path | None = None,
    against: Annotated[Version | None, Parameter(name="--against")] = None,
    mapped: Mapped = None,
    decimal: Decimal = None,
    sheet: Sheet = "",
    on_bad: OnBad = None,
    most_bad: MostBad = MOST_BAD,
    home: HomeFolder = None,
    profile: ChosenProfile = None,
) -> None:
    """Write the actuary's report of a version: predictive ratios, lift, calibration, coverage, audit groups.

    For example:

        medcost report --out report.html

        medcost report 3 --data held_back.csv --against 2 --out report.xlsx

    Parameters
    ----------
    version
        The version's number; the champion by default.
    out
        The file to write: .html to look at, .xlsx to work with, .json for programs.
    data
        Rows whose costs are known, to judge the version as it is served. Without them, the figures are those of its
        training, where each row was judged by a model that had not seen the person.
    against
        With --data: compare with this version. The champion by default, where it is another one.
    """
    if data:
        refuse_same(data, out)
    writers = report_writers()
    writer = writers.get(out.suffix.lower())
    if writer is None:
        message = f"{out}: a report ends with {', '.join(writers)}"
        raise ConfigurationError(message)
    if against and not data:
        message = "--against compares two versions on the same rows: give --data FILE, too"
        raise ConfigurationError(message)
    settings = load({"home": home, "profile": profile})
    if data:
        schema = home_schema(settings)
        rules = reading_rules(schema, mapped, decimal=decimal, sheet=sheet)
        dataset = claims_file(data, rules, bad_rows=bad_rows_of(on_bad or "refuse", most_bad))
        made = _on_rows(settings, dataset, version, against)
    else:
        made = _of_training(settings, version)
    out.write_bytes(writer.write(made))
    stderr().print(f"Wrote {out}: {made.model.name}, {made.basis}")


def _on_rows(settings: Settings, dataset: ClaimsDataset, version: int | None, against: int | None) -> ActuarialReport:
    from application.models.report_model import ReportOnRows
    from entrypoints.composition.training import evaluation_container
    from entrypoints.hosting.session import session

    with session(settings, lambda: evaluation_container(settings, dataset)) as opened:
        return opened.run(opened.get(ReportOnRows)(version, against))


def _of_training(settings: Settings, version: int | None) -> ActuarialReport:
    from application.models.report_model import ReportModel
    from entrypoints.composition.training import models_container
    from entrypoints.hosting.session import session

    with session(settings, lambda: models_container(settings)) as opened:
        return opened.run(opened.get(ReportModel)(version))
