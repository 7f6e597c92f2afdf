"""Tables of people as others keep them: which column holds which fact, and what its cells mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from domain.beneficiary import FACTS, Beneficiary, Region, Sex

if TYPE_CHECKING:
    from collections.abc import Sequence

Row: TypeAlias = Mapping[str, object]
Matching: TypeAlias = Mapping[str, str]
"""Fact to the column that holds it; a fact that no column holds is not in it."""

ANSWERS: Final = ("expected", "typical", "low", "high", "warnings", "model_version")
"""Columns that are added to each row: USD, the codes of the cautions with spaces between them, the version."""

_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "age": frozenset({"age", "years", "edad", "anos"}),
    "sex": frozenset({"sex", "gender", "sexo", "genero"}),
    "bmi": frozenset({"bmi", "body mass index", "imc", "indice de masa corporal", "quetelet"}),
    "children": frozenset({"children", "child", "kids", "dependents", "dependants", "hijos", "ninos", "dependientes"}),
    "smoker": frozenset({"smoker", "smokes", "smoking", "tobacco", "fumador", "fumadora", "fuma", "tabaco"}),
    "region": frozenset({"region", "area", "zona", "zone", "quarter"}),
}
_YES: Final = frozenset({"yes", "y", "true", "t", "1", "si", "s", "verdadero", "smoker", "smokes", "fuma", "fumador"})
_NO: Final = frozenset({"no", "n", "false", "f", "0", "falso", "never", "nunca", "nonsmoker", "non smoker"})
_SEXES: Final = {
    **dict.fromkeys(("female", "f", "woman", "mujer", "femenino", "femenina", "hembra"), Sex.FEMALE.value),
    **dict.fromkeys(("male", "m", "man", "hombre", "h", "masculino", "masculina", "varon"), Sex.MALE.value),
}
_REGIONS: Final = {
    **dict.fromkeys(("northeast", "north east", "ne", "noreste", "nordeste"), Region.NORTHEAST.value),
    **dict.fromkeys(("northwest", "north west", "nw", "noroeste"), Region.NORTHWEST.value),
    **dict.fromkeys(("southeast", "south east", "se", "sureste", "sudeste"), Region.SOUTHEAST.value),
    **dict.fromkeys(("southwest", "south west", "sw", "suroeste", "sudoeste"), Region.SOUTHWEST.value),
}
_NUMBER: Final = re.compile(r"[+-]?(\d{1,9}([.,]\d{0,9})?|[.,]\d{1,9})")
_LONGEST: Final = 40
"""Letters of a cell that are looked at: no value of a fact has more."""


def suggest(columns: Sequence[str]) -> dict[str, str]:
    """Suggest which column holds which fact, by its name, in English or Spanish; each column for one fact at most.

    A name that is a fact's own goes before one that only holds it.

    >>> suggest(["AGE_YEARS", "Género", "IMC", "n_hijos", "tabaco?", "Region", "stage"])
    {'age': 'AGE_YEARS', 'sex': 'Género', 'bmi': 'IMC', 'children': 'n_hijos', 'smoker': 'tabaco?', 'region': 'Region'}
    >>> suggest(["smoker", "tobacco_brand"])
    {'smoker': 'smoker'}
    """
    plain = {column: _plain(column) for column in columns}
    found: dict[str, str] = {}
    for exact in (True, False):
        for fact, names in _NAMES.items():
            if fact in found:
                continue
            for column, name in plain.items():
                told = name in names if exact else any(f" {one} " in f" {name} " for one in names)
                if told and column not in found.values():
                    found[fact] = column
                    break
    return {fact: found[fact] for fact in FACTS if fact in found}


def person_of(row: Row, matching: Matching) -> Beneficiary:
    """Read a person from a row.

    Raises:
        InvalidBeneficiary: naming every fact that is missing or breaks a rule.

    >>> row = {"Edad": "40.0", "Sexo": "M", "IMC": "27,5", "Hijos": 1, "Fuma": "Sí", "Zona": "Noreste"}
    >>> person_of(row, suggest(list(row))).as_facts()
    {'age': 40, 'sex': 'male', 'bmi': 27.5, 'children': 1, 'smoker': True, 'region': 'northeast'}
    """
    facts = {fact: meant(fact, row.get(column)) for fact, column in matching.items()}
    return Beneficiary.of({fact: value for fact, value in facts.items() if value is not None})


def meant(fact: str, cell: object) -> object:
    """Tell what a cell means as a fact; one that means nothing stays as it is, and an empty one is None.

    >>> meant("smoker", "N"), meant("smoker", 1), meant("sex", "Mujer"), meant("region", "NE"), meant("age", "old")
    (False, True, 'female', 'northeast', 'old')
    """
    if isinstance(cell, str):
        cell = cell.strip()
        if not cell or len(cell) > _LONGEST:
            return cell or None
    if fact in ("age", "bmi", "children"):
        return _number(cell)
    if fact == "smoker":
        said = _plain(f"{cell:g}" if isinstance(cell, float) else str(cell))
        return True if said in _YES else False if said in _NO else cell
    return (_SEXES if fact == "sex" else _REGIONS).get(_plain(cell), cell) if isinstance(cell, str) else cell


def _number(cell: object) -> object:
    """Read a number; spreadsheets write whole ones as 40.0, and half of the world a comma."""
    if isinstance(cell, str) and _NUMBER.fullmatch(cell):
        cell = float(cell.replace(",", "."))
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _plain(name: str) -> str:
    """Give a name without case, accents and punctuation."""
    if not name.isascii():
        name = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z]+|\d+", name.casefold()))
