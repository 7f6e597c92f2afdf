"""A schema that is not the default one, a schema of forty facts, and a model that answers for any schema."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from adapters.yaml.schema_file import schema_of
from domain.costs.distribution import CostDistribution
from domain.costs.explanation import Contribution, Explained, Explanation, PeopleAlike
from domain.costs.prediction import Caution, Estimate, ModelReference
from domain.ports.loader import LoadedModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.people.beneficiary import Beneficiary
    from domain.people.schema import Schema

CLINIC_FILE: Final = """
name: clinic
title: {en: Yearly cost of a clinic's patients, es: Costo anual de los pacientes de una clínica}
cost: {column: spent, currency: EUR, year: 2024}
facts:
  visits:
    kind: whole
    low: 0
    high: 60
    label: {en: Visits last year, es: Visitas del año pasado}
    help: {en: Count each day once., es: Cuente cada día una vez.}
    section: {en: Care, es: Atención}
  insulin:
    kind: flag
    label: {en: Takes insulin, es: Usa insulina}
    section: {en: Care, es: Atención}
  pressure:
    kind: number
    low: 70
    high: 250
    unit: mmHg
    missing: allowed
    label: {en: Systolic blood pressure, es: Presión sistólica}
    section: {en: Care, es: Atención}
  ward:
    kind: choice
    choices: [a, b, c, d, e, f, g]
    label: {en: Ward, es: Sala}
    words:
      a: {en: Surgery, es: Cirugía}
      b: {en: Heart, es: Corazón}
      c: {en: Lungs, es: Pulmones}
      d: {en: Kidneys, es: Riñones}
      e: {en: Skin, es: Piel}
      f: {en: Eyes, es: Ojos}
      g: {en: Other, es: Otra}
    section: {en: Place, es: Lugar}
  shift:
    kind: choice
    choices: [day, night]
    label: {en: Shift, es: Turno}
    words: {day: {en: Day, es: Día}, night: {en: Night, es: Noche}}
    section: {en: Place, es: Lugar}
  referred:
    kind: flag
    missing: allowed
    label: {en: Referred by a doctor, es: Viene de parte de un médico}
    section: {en: Place, es: Lugar}
groups: [insulin, "busy: visits>=12"]
"""
CLINIC: Final = schema_of(CLINIC_FILE)
"""Six facts in two sections, in euros; two may be missing."""


def _forty() -> str:
    parts = ("Who you are", "Health", "Care last year", "Plan and place")
    lines = ["name: forty", "cost: {column: spent, currency: USD}", "facts:"]
    kinds = (
        "{kind: whole, low: 0, high: 365, unit: days",
        "{kind: flag",
        "{kind: choice, choices: [excellent, very_good, good, fair, poor], missing: allowed",
        "{kind: number, low: 0, high: 250, unit: mmHg, missing: allowed",
        "{kind: choice, choices: [rural, urban]",
    )
    names = ("Days in hospital", "Has diabetes", "Health by their own judgement", "Blood pressure", "Where they live")
    for number in range(40):
        kind, name = kinds[number % 5], names[number % 5]
        lines.append(f'  fact_{number}: {kind}, label: {{en: "{name}, {number}", es: "Dato {number}"}},')
        lines.append(f'    section: {{en: "{parts[number // 10]}", es: "Parte {number // 10}"}}}}')
    return "\n".join(lines)


FORTY: Final = schema_of(_forty())
"""Forty facts of all kinds in four sections."""


class RuleModel(LoadedModel):
    """A model by a rule, for any schema: each fact adds ten times its number; what is not given adds nothing."""

    reference = ModelReference(1, "f" * 64)

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    @property
    def schema(self) -> Schema:
        """Return the schema that the rule is of."""
        return self._schema

    async def predict(self, beneficiaries: Sequence[Beneficiary]) -> Sequence[Estimate]:
        """Estimate each."""
        return [self.estimate(who) for who in beneficiaries]

    async def model(self) -> ModelReference:
        """Name the rule."""
        return self.reference

    def estimate(self, who: Beneficiary) -> Estimate:
        """Estimate one; whoever has more than 40 of the first fact is beyond the data."""
        cost = 2000.0 + sum(self._added(who))
        spread = tuple(cost * (0.5 + k / 99) for k in range(1, 100))
        first = self._schema.facts[0].name
        beyond = isinstance(value := who[first], int) and value > 40
        cautions = (Caution(f"{first}_beyond_data", first, "beyond"),) if beyond else ()
        return Estimate(CostDistribution(cost, spread), cautions, self.reference)

    async def explain(self, beneficiary: Beneficiary, of: Explained = "expected") -> Explanation:
        """Say what each fact adds."""
        parts = tuple(map(Contribution, self._schema.names, self._added(beneficiary)))
        expected = 2000.0 + sum(part.usd for part in parts)
        alike = PeopleAlike(5, 90, 100.0, 200.0, 300.0)
        return Explanation(2000.0, parts, expected, alike, self.reference, 1.25, expected, of)

    def _added(self, who: Beneficiary) -> list[float]:
        return [0.0 if math.isnan(number) else 10.0 * number for number in who.as_numbers()]
