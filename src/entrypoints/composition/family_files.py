"""What the files of a model family in config/ must hold, beside what is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path


def check_package(file: Path, package: str) -> None:
    """Check that Hydra puts a file of a family beside those of the other families.

    Args:
        file: the file of a folder of config/ whose options stand side by side.
        package: where its content belongs, such as ``model.linear``.

    Raises:
        ConfigurationError: if the file's first line is another one than the directive for this package.
    """
    directive, first = f"# @package {package}", file.read_text(encoding="utf-8").partition("\n")[0]
    if first.strip() != directive:
        message = f"config/{file.parent.name}/{file.name} must begin with the line {directive!r}, not with {first!r}"
        raise ConfigurationError(message)


def check_search_spaces(families: Iterable[str], spaces: Collection[str]) -> None:
    """Check that tuning can find the search space of each family.

    Args:
        families: which are compared.
        spaces: the families that have a search space.

    Raises:
        ConfigurationError: for the first family without a search space.
    """
    for family in families:
        if family not in spaces:
            message = (
                f"the family {family!r} has no file config/search_space/{family}.yaml: write there what tuning may "
                "change, as in the files beside it, or {} if there is nothing to tune"
            )
            raise ConfigurationError(message)
