"""The default schema, as the file that is shipped says it, and its names for tests that are about its six facts."""

from enum import StrEnum
from pathlib import Path
from typing import Final

from adapters.yaml.schema_file import read_schema
from domain.people.table_reading import ReadingRules

DEFAULT: Final = read_schema(Path(__file__).parents[2] / "config" / "schema" / "insurance.yaml")
READING: Final = ReadingRules(DEFAULT)
"""How files of the default schema are read where nobody says more."""
FACTS: Final = DEFAULT.names
OBESITY: Final = 30.0
"""BMI from which a person counts as obese, kg/m² (WHO, Technical Report Series 894, 2000)."""


class Sex(StrEnum):
    """Choices of one fact, in their order."""

    FEMALE = "female"
    MALE = "male"


class Region(StrEnum):
    """Choices of another fact, in their order."""

    NORTHEAST = "northeast"
    NORTHWEST = "northwest"
    SOUTHEAST = "southeast"
    SOUTHWEST = "southwest"


SEXES: Final = tuple(Sex)
REGIONS: Final = tuple(Region)
ANYBODY: Final[dict[str, object]] = {
    "age": 40,
    "sex": "female",
    "bmi": 25.0,
    "children": 0,
    "smoker": False,
    "region": "northeast",
}
"""Facts that keep every rule."""
