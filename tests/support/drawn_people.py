"""Random people of the default schema."""

from functools import partial
from typing import Final

from hypothesis import strategies as st

from domain.people.beneficiary import Beneficiary
from tests.support.default_schema import DEFAULT, REGIONS, SEXES

BENEFICIARIES: Final[st.SearchStrategy[Beneficiary]] = st.tuples(
    st.integers(18, 100),
    st.sampled_from(SEXES),
    st.floats(10, 70),
    st.integers(0, 15),
    st.booleans(),
    st.sampled_from(REGIONS),
).map(partial(Beneficiary, DEFAULT))
