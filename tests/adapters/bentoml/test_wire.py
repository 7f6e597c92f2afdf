"""The hop's bytes: what is written is read again, and nothing else is."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bentoml import wire
from domain.beneficiary import Beneficiary, Region, Sex
from domain.cost import CostDistribution
from domain.prediction import Caution, Estimate, EstimateColumns, ModelReference

beneficiaries = st.builds(
    Beneficiary,
    age=st.integers(18, 100),
    sex=st.sampled_from(Sex),
    bmi=st.floats(10, 70),
    children=st.integers(0, 15),
    smoker=st.booleans(),
    region=st.sampled_from(Region),
)
costs = st.builds(
    lambda mean, quantiles: CostDistribution(mean, tuple(sorted(quantiles))),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.floats(0, 1e12), min_size=99, max_size=99),
)
models = st.builds(ModelReference, st.integers(0, 2**53), st.text(max_size=64))


@given(st.lists(beneficiaries, max_size=20))
def test_beneficiaries_come_back_as_they_were(people):
    rows: list = wire.decode_request(wire.encode_request(people)).tolist()
    assert [Beneficiary.of_numbers(row) for row in rows] == people


@given(models, st.data())
def test_estimates_come_back_to_the_last_bit(model, data):
    cautions = st.builds(Caution, st.text(), st.text(), st.text())
    one = st.builds(Estimate, costs, st.lists(cautions, max_size=2).map(tuple), st.just(model))
    estimates = data.draw(st.lists(one, max_size=3))
    assert wire.decode_answer(wire.encode_answer(EstimateColumns.of(model, estimates)), len(estimates)) == estimates


@given(st.binary(max_size=200))
def test_other_bytes_are_refused_and_nothing_worse(body):
    for decode in (wire.decode_request, lambda bytes_: wire.decode_answer(bytes_, 1)):
        with pytest.raises(wire.MalformedFrame):
            decode(body)


ann = Beneficiary(age=40, sex=Sex.FEMALE, bmi=27.5, children=1, smoker=False, region=Region.NORTHEAST)
good = wire.encode_request([ann])


@pytest.mark.parametrize("length", range(len(good)))
def test_a_cut_off_request_is_refused(length):
    with pytest.raises(wire.MalformedFrame):
        wire.decode_request(good[:length])


def test_another_version_of_the_hop_is_refused():
    with pytest.raises(wire.MalformedFrame, match="version 1"):
        wire.decode_request(good[:3] + b"\x02" + good[4:])


def test_more_rows_than_a_frame_holds_are_not_written():
    with pytest.raises(wire.MalformedFrame, match="2048"):
        wire.encode_request([ann] * (wire.MAX_ROWS + 1))


def test_a_promise_of_more_rows_than_a_frame_holds_is_not_believed():
    with pytest.raises(wire.MalformedFrame, match="2048"):
        wire.decode_request(struct.pack("<3sBII", b"MED", 1, 2**32 - 1, 0))


def test_an_answer_for_another_number_of_people_is_refused():
    model = ModelReference(1, "d")
    answer = wire.encode_answer(EstimateColumns.of(model, [Estimate(CostDistribution(1.0, (1.0,) * 99), (), model)]))
    with pytest.raises(wire.MalformedFrame, match="1 rows where 2"):
        wire.decode_answer(answer, 2)


def test_an_answer_that_is_no_distribution_is_refused():
    model = ModelReference(1, "d")
    answer = wire.encode_answer(EstimateColumns.of(model, [Estimate(CostDistribution(1.0, (1.0,) * 99), (), model)]))
    with pytest.raises(wire.MalformedFrame, match="no distribution"):
        wire.decode_answer(answer[:-8] + struct.pack("<d", -1.0), 1)
