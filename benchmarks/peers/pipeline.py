"""What the peers serve: the pipeline that most people would write, on a DataFrame.

`python -m benchmarks.peers.pipeline claims.csv folder` fits it, and saves it for BentoML and for MLflow.
"""

from __future__ import annotations

import sys
from pathlib import Path

import joblib
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

WORDS = ["sex", "smoker", "region"]
NUMBERS = ["age", "bmi", "children"]


def main() -> None:
    from mlflow.sklearn import save_model  # noqa: PLC0415  # takes seconds

    claims, folder = pd.read_csv(sys.argv[1]), Path(sys.argv[2])
    claims["smoker"] = claims["smoker"].isin(["yes", True])
    columns = make_column_transformer((OneHotEncoder(), WORDS), (StandardScaler(), NUMBERS))
    pipeline = make_pipeline(columns, RandomForestRegressor(random_state=0))
    pipeline.fit(claims[[*NUMBERS, *WORDS]], claims["charges"])
    joblib.dump(pipeline, folder / "pipeline.joblib")
    save_model(pipeline, str(folder / "mlflow"), serialization_format="cloudpickle", pip_requirements=["scikit-learn"])


if __name__ == "__main__":
    main()
