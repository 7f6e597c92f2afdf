"""Plans for tests of properties."""

from __future__ import annotations

from hypothesis import strategies as st

from domain.costs.plan import Plan


def _up_to(most: int) -> st.SearchStrategy[float]:
    """Draw an amount in whole cents."""
    return st.integers(0, 100 * most).map(lambda cents: cents / 100)


_AMOUNTS = st.one_of(st.just(0.0), _up_to(20_000), st.sampled_from([500.0, 3_000.0, 1_000_000.0]))
_SHARES = st.one_of(st.just(0.0), st.just(1.0), st.floats(0.01, 0.99))


@st.composite
def _plans(draw: st.DrawFn) -> Plan:
    deductible = draw(_AMOUNTS)
    return Plan(
        deductible=deductible,
        coinsurance=draw(_SHARES),
        out_of_pocket_maximum=deductible + draw(_AMOUNTS),
        copay=draw(st.one_of(st.just(0.0), _up_to(2_000))),
        premium=draw(_up_to(20_000)),
    )


plans = _plans()
"""Plans with and without coinsurance, copay and a maximum above the deductible."""
