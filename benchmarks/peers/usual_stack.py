"""The usual stack: FastAPI asks BentoML by requests, and commits one row by SQLAlchemy for each request."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

import requests
from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Person(BaseModel):
    age: int = Field(ge=18, le=100)
    sex: Literal["female", "male"]
    bmi: float = Field(ge=10, le=70)
    children: int = Field(ge=0, le=15)
    smoker: bool
    region: Literal["northeast", "northwest", "southeast", "southwest"]


class Base(DeclarativeBase):
    pass


class Prediction(Base):
    __tablename__ = "usual_predictions"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime]
    age: Mapped[int]
    sex: Mapped[str]
    bmi: Mapped[float]
    children: Mapped[int]
    smoker: Mapped[bool]
    region: Mapped[str]
    charges: Mapped[float]


engine = create_engine(os.environ["BENCH_DATABASE"])
Base.metadata.create_all(engine)
app = FastAPI()


@app.post("/predictions", status_code=201)
def predict(person: Person) -> dict[str, object]:
    answer = requests.post(f"{os.environ['BENCH_MODEL']}/predict", json={"person": person.model_dump()}, timeout=30)
    answer.raise_for_status()
    with Session(engine) as session:
        made = Prediction(
            created_at=datetime.now(UTC).replace(tzinfo=None), charges=answer.json(), **person.model_dump()
        )
        session.add(made)
        session.commit()
        return {"id": made.id, "created_at": made.created_at, "charges": made.charges, **person.model_dump()}
