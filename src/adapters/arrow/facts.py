"""The six facts of a batch as numbers: those that are plainly right at once, all others one by one by the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from domain.beneficiary import FACTS, NUMBER_LIMITS, REGIONS, SEXES, Beneficiary
from domain.errors import FieldError, InvalidBeneficiary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from adapters.arrow.reading import Batch, Row

    Floats = NDArray[np.float64]

_CODES: Final[Mapping[str, Mapping[str, float]]] = {
    "sex": {sex.value: float(code) for code, sex in enumerate(SEXES)},
    "smoker": {"no": 0.0, "false": 0.0, "yes": 1.0, "true": 1.0},
    "region": {region.value: float(code) for code, region in enumerate(REGIONS)},
}
_SMOKER: Final = {"true": True, "false": False}
_WHOLE: Final = ("age", "children")
_LOWS, _HIGHS = np.array(NUMBER_LIMITS).T


def facts_of(batch: Batch) -> tuple[Floats, NDArray[np.bool_], Sequence[tuple[int, FieldError]]]:
    """Read the facts; names are told apart by neither case nor spaces around them, choices neither.

    Returns:
        n x 6, `Beneficiary.as_numbers` row by row; which of the rows are people; and the broken rules of the others,
        each with its position, one after the other.
    """
    given = {name.strip().casefold(): name for name in batch.names}
    numbers = np.full((len(batch), len(FACTS)), np.nan)
    good = np.ones(len(batch), dtype=np.bool_)
    for place, fact in enumerate(FACTS):
        if fact in given:
            values = numbers[:, place] = _numbers(fact, batch.column(given[fact]))
            good &= (values >= _LOWS[place]) & (values <= _HIGHS[place])
            if fact in _WHOLE:
                good &= values == np.floor(values)
        else:
            good[:] = False
    broken: list[tuple[int, FieldError]] = []
    for i in np.flatnonzero(~good).tolist():
        row = batch.row(i)
        if isinstance(row, FieldError):
            broken.append((i, row))
            continue
        try:
            numbers[i] = _beneficiary(row).as_numbers()
            good[i] = True
        except InvalidBeneficiary as bad:
            broken += [(i, one) for one in bad.errors]
    return numbers, good, broken


def _numbers(fact: str, values: pa.Array) -> Floats:
    """Give a fact's numbers, NaN for what is not plainly one."""
    codes = _CODES.get(fact)
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if codes and (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        coded: Any = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
        choices = [codes.get((text or "").strip().casefold(), np.nan) for text in coded.dictionary.to_pylist()]
        # a null has the place behind all choices
        return np.array([*choices, np.nan])[pc.fill_null(coded.indices, len(choices)).to_numpy(zero_copy_only=False)]
    if fact == "smoker" and pa.types.is_boolean(kind):
        return _floats(pc.cast(values, pa.int8()))
    if codes is None and (pa.types.is_integer(kind) or pa.types.is_floating(kind)) and kind == values.type:
        return _floats(values)
    return np.full(len(values), np.nan)


def _floats(values: Any) -> Floats:
    """Make floats of numbers, NaN of nulls."""
    return cast("Floats", values.to_numpy(zero_copy_only=False)).astype(np.float64, copy=False)


def _beneficiary(row: Row) -> Beneficiary:
    facts = {name.strip().casefold(): value for name, value in row.items()}
    return Beneficiary.of({name: _tidy(name, facts[name]) for name in FACTS if facts.get(name) is not None})


def _tidy(name: str, value: object) -> object:
    if isinstance(value, str):
        value = value.strip().casefold()
        return _SMOKER.get(value, value) if name == "smoker" else value
    # spreadsheets write whole numbers as 40.0
    return int(value) if name in _WHOLE and isinstance(value, float) and value.is_integer() else value
