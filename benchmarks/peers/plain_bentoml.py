"""A BentoML service as its documentation shows it: one person, one DataFrame, one call of the pipeline."""

from __future__ import annotations

import os

import bentoml
import joblib
import pandas as pd
from pydantic import BaseModel


class Person(BaseModel):
    age: int
    sex: str
    bmi: float
    children: int
    smoker: bool
    region: str


@bentoml.service(name="plain", traffic={"timeout": 30})
class PlainModel:
    def __init__(self) -> None:
        self.pipeline = joblib.load(os.environ["BENCH_PIPELINE"])

    @bentoml.api
    def predict(self, person: Person) -> float:
        return float(self.pipeline.predict(pd.DataFrame([person.model_dump()]))[0])
