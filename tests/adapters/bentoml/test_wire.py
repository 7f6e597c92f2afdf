"""The hop's bytes: what is written is read again, and nothing else is."""

import math
import struct
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bentoml import wire
from domain.costs.distribution import CostDistribution
from domain.costs.estimate_columns import EstimateColumns
from domain.costs.prediction import Caution, Estimate, ModelReference, Published
from domain.people.beneficiary import Beneficiary
from domain.people.schema import CostColumn
from tests.support.default_schema import DEFAULT
from tests.support.drawn_people import BENEFICIARIES

costs = st.builds(
    lambda mean, quantiles: CostDistribution(mean, tuple(sorted(quantiles))),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.floats(0, 1e12), min_size=99, max_size=99),
)
models = st.builds(ModelReference, st.integers(0, 2**53), st.text(max_size=64))


@given(st.lists(BENEFICIARIES, max_size=20))
def test_beneficiaries_come_back_as_they_were(people):
    rows: list = wire.decode_request(wire.encode_request(people), DEFAULT).tolist()
    assert [Beneficiary.of_numbers(DEFAULT, row) for row in rows] == people


@given(models, st.data())
def test_estimates_come_back_to_the_last_bit(model, data):
    cautions = st.builds(Caution, st.text(), st.text(), st.text())
    any_estimate = st.builds(Estimate, costs, st.lists(cautions, max_size=2).map(tuple), st.just(model))
    estimates = data.draw(st.lists(any_estimate, max_size=3))
    assert wire.decode_answer(wire.encode_answer(EstimateColumns.of(model, estimates)), len(estimates)) == estimates


@given(st.lists(costs, max_size=3))
def test_who_asks_as_releases_before_did_gets_answers_as_they_were(several):
    model = ModelReference(1, "d")
    columns = EstimateColumns.of(model, [Estimate(cost, (), model) for cost in several])
    old = wire.encode_answer(columns, wire.CONTENT_TYPE)
    header = struct.Struct("<3sBII")
    _, version, rows, length = header.unpack_from(old)
    numbers = struct.unpack(f"<{100 * rows}d", old[header.size + length :])
    assert (version, rows) == (1, len(several))
    assert list(numbers) == [number for cost in several for number in (cost.mean, *cost.quantiles)]


@given(costs)
def test_answers_of_older_releases_get_their_chance_of_no_cost_from_the_quantiles(cost):
    model = ModelReference(1, "d")
    columns = EstimateColumns.of(model, [Estimate(cost, (), model)])
    (read,) = wire.decode_answer(wire.encode_answer(columns, wire.CONTENT_TYPE), 1)
    assert read.cost == CostDistribution(cost.mean, cost.quantiles)


@given(models, st.data())
def test_estimates_from_servers_of_any_release_are_rounded_as_published(model, data):
    cautions = st.builds(Caution, st.text(), st.text(), st.text())
    any_estimate = st.builds(Estimate, costs, st.lists(cautions, max_size=2).map(tuple), st.just(model))
    estimates = data.draw(st.lists(any_estimate, max_size=3))
    columns = EstimateColumns.of(model, estimates)
    for answer_type in (wire.PUBLISHED_TYPE, wire.QUESTION_TYPE, wire.CONTENT_TYPE):
        answer = wire.encode_answer(columns, answer_type)
        published = wire.decode_published(answer, len(estimates))
        assert list(published) == [Published.of(estimate) for estimate in estimates]


def test_what_is_published_takes_a_tenth_of_the_bytes():
    model = ModelReference(1, "d")
    columns = EstimateColumns.of(model, [Estimate(CostDistribution(1.0, (1.0,) * 99), (), model)] * 100)
    whole, published = (
        len(wire.encode_answer(columns, answer_type)) for answer_type in (wire.QUESTION_TYPE, wire.PUBLISHED_TYPE)
    )
    assert published < whole / 10


def test_an_answer_without_the_distribution_is_none_to_who_asked_for_it():
    model = ModelReference(1, "d")
    columns = EstimateColumns.of(model, [Estimate(CostDistribution(1.0, (1.0,) * 99), (), model)])
    with pytest.raises(wire.MalformedFrame, match="version 1 or 2"):
        wire.decode_answer(wire.encode_answer(columns, wire.PUBLISHED_TYPE), 1)


@pytest.mark.parametrize(
    "row", [(1, 2, 1, 3, 0), (1, 1, 3, 2, 0), (1, -1, 1, 1, 0), (math.nan, 1, 1, 1, 0), (1, 1, 1, math.inf, 0),
            (1, 1, 1, 1, 1.5), (1, 1, 1, 1, math.nan)]
)  # fmt: skip
def test_published_figures_that_contradict_each_other_are_refused(row):
    model = ModelReference(1, "d")
    columns = EstimateColumns.of(model, [Estimate(CostDistribution(1.0, (1.0,) * 99), (), model)])
    answer = wire.encode_answer(columns, wire.PUBLISHED_TYPE)
    with pytest.raises(wire.MalformedFrame, match="no distribution"):
        wire.decode_published(answer[:-40] + struct.pack("<5d", *row), 1)


@pytest.mark.parametrize("zero", [-0.1, 0.5, 1.5, math.inf])
def test_an_answer_with_a_chance_that_is_none_is_refused(zero):
    model = ModelReference(1, "d")
    answer = wire.encode_answer(EstimateColumns.of(model, [Estimate(CostDistribution(1.0, (1.0,) * 99), (), model)]))
    with pytest.raises(wire.MalformedFrame, match="no distribution"):
        wire.decode_answer(answer[:-8] + struct.pack("<d", zero), 1)


@given(st.binary(max_size=200))
def test_other_bytes_are_refused_and_nothing_worse(body):
    for decode in (
        partial(wire.decode_request, schema=DEFAULT),
        lambda bytes_: wire.decode_answer(bytes_, 1),
        lambda bytes_: wire.decode_published(bytes_, 1),
    ):
        with pytest.raises(wire.MalformedFrame):
            decode(body)


ann = Beneficiary(DEFAULT, (40, "female", 27.5, 1, False, "northeast"))
good = wire.encode_request([ann])


@pytest.mark.parametrize("length", range(len(good)))
def test_a_cut_off_request_is_refused(length):
    with pytest.raises(wire.MalformedFrame):
        wire.decode_request(good[:length], DEFAULT)


def test_another_version_of_the_binary_protocol_is_refused():
    with pytest.raises(wire.MalformedFrame, match="version 1"):
        wire.decode_request(good[:3] + b"\x02" + good[4:], DEFAULT)


def test_more_rows_than_a_frame_holds_are_not_written():
    with pytest.raises(wire.MalformedFrame, match="2048"):
        wire.encode_request([ann] * (wire.MAX_ROWS + 1))


def test_a_promise_of_more_rows_than_a_frame_holds_is_not_believed():
    with pytest.raises(wire.MalformedFrame, match="2048"):
        wire.decode_request(struct.pack("<3sBII", b"MED", 1, 2**32 - 1, 0), DEFAULT)


def test_an_answer_for_another_number_of_people_is_refused():
    model = ModelReference(1, "d")
    answer = wire.encode_answer(EstimateColumns.of(model, [Estimate(CostDistribution(1.0, (1.0,) * 99), (), model)]))
    with pytest.raises(wire.MalformedFrame, match="1 rows where 2"):
        wire.decode_answer(answer, 2)


def test_an_answer_that_is_no_distribution_is_refused():
    model = ModelReference(1, "d")
    answer = wire.encode_answer(EstimateColumns.of(model, [Estimate(CostDistribution(1.0, (1.0,) * 99), (), model)]))
    with pytest.raises(wire.MalformedFrame, match="no distribution"):
        wire.decode_answer(answer[:-16] + struct.pack("<2d", -1.0, 0.0), 1)


def test_a_question_of_another_schema_is_refused_and_one_without_a_schema_is_of_this():
    other = replace(DEFAULT, cost=CostColumn("paid"))
    with pytest.raises(wire.MalformedFrame, match="the question is of schema"):
        wire.decode_request(good, other)
    old = struct.pack("<3sBII", b"MED", 1, 1, 0) + struct.pack("<6d", *ann.as_numbers())
    assert wire.decode_request(old, DEFAULT).tolist() == [list(ann.as_numbers())]
