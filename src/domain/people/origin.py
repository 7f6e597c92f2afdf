"""Where data come from."""

from __future__ import annotations

from dataclasses import dataclass


def _a_file(name: str) -> str:
    return f"the file {name}"


@dataclass(frozen=True, slots=True)
class DataOrigin:
    """Where data come from, for the model card and every page that shows a figure learnt from them.

    ``year`` is the year or years of the costs, empty where it is not documented.

    >>> DataOrigin.of_file("claims.csv", year="2024").sentence
    'the file claims.csv; costs of 2024'
    """

    name: str
    description: str
    synthetic: bool
    year: str = ""

    @classmethod
    def of_file(cls, name: str, *, year: str) -> DataOrigin:
        """Claims of whom nothing is known but the file's name and the year."""
        return cls(name, _a_file(name), synthetic=False, year=year)

    @property
    def is_plain_file(self) -> bool:
        """Return whether there is nothing more to say than a file's name."""
        return self.description == _a_file(self.name)

    @property
    def sentence(self) -> str:
        """Return what the data are, and of which year their costs."""
        if self.synthetic:
            return f"{self.description}; costs of no real year"
        return f"{self.description}; " + (f"costs of {self.year}" if self.year else "year of the costs not documented")
