"""JSON of people by any schema: the fast way and the patient one have one meaning, that of `Beneficiary.of`."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.errors import InvalidBeneficiary
from domain.people.beneficiary import Beneficiary
from domain.people.fact import Fact, Kind
from domain.people.schema import CostColumn, Schema
from entrypoints.http.codecs.people import PeopleReader
from entrypoints.http.codecs.scenarios import scenarios
from entrypoints.http.errors import BadRequestFields, Malformed, pointed
from tests.support.drawn_schemas import people, right, schemas

MANY = settings(
    max_examples=50,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def _plain(value: object) -> object:
    """Return a value as JSON has it, which knows one kind of number: 40.0 is the whole number 40."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _outcome(read, *given):
    """Return what came of reading: the values, or each broken rule with its place."""
    try:
        return read(*given).values
    except InvalidBeneficiary as broken:
        return list(pointed(broken.errors))
    except BadRequestFields as bad:
        return bad.fields


@MANY
@given(st.data())
def test_a_body_means_what_its_facts_mean(data):
    schema = data.draw(schemas())
    facts = data.draw(people(schema))
    body = json.dumps(facts, ensure_ascii=data.draw(st.booleans()), indent=data.draw(st.none() | st.just(1))).encode()
    expected = _outcome(Beneficiary.of, schema, {name: _plain(value) for name, value in facts.items()})
    assert _outcome(PeopleReader(schema).read, body) == expected


@MANY
@given(st.data())
def test_a_person_with_values_of_their_own_types_is_read_the_fast_way(data):
    schema = data.draw(schemas())
    facts = {
        fact.name: value
        for fact in schema.facts
        if (value := data.draw(right(fact))) is not None or data.draw(st.booleans())
    }
    named = all(fact.kind is not Kind.CHOICE or facts.get(fact.name) in (None, *fact.choices) for fact in schema.facts)
    words = [facts[fact.name] for fact in schema.facts if fact.kind is Kind.FLAG and fact.name in facts]
    body = json.dumps(facts, ensure_ascii=False).encode()
    read = PeopleReader(schema).fast(body)
    if named and all(word in (None, True, False, "yes", "no") for word in words) and b"\\" not in body:
        assert read == Beneficiary.of(schema, facts)
    else:
        assert read is None


@MANY
@given(st.data())
def test_people_together_are_read_as_each_by_itself(data):
    schema = data.draw(schemas())
    facts = [
        {fact.name: data.draw(right(fact)) for fact in schema.facts}
        for _ in range(data.draw(st.integers(min_value=1, max_value=3)))
    ]
    texts = [json.dumps(person).encode() for person in facts]
    if data.draw(st.booleans()):
        name, value = data.draw(st.sampled_from(list(facts[0].items())))
        texts[0] = texts[0].replace(b"{", f"{{{json.dumps(name)}:{json.dumps(value)},".encode(), 1)
    reader = PeopleReader(schema)
    alone = [reader.fast(text) for text in texts]
    together = reader.fast_all(texts)
    assert (None if together is None else list(together)) == (None if None in alone else alone)


@MANY
@given(st.data())
def test_a_name_that_comes_twice_is_refused_whatever_its_values(data):
    schema = data.draw(schemas())
    pairs = [(fact.name, data.draw(right(fact))) for fact in schema.facts]
    twice = data.draw(st.sampled_from(schema.facts))
    pairs.append((twice.name, data.draw(right(twice))))
    body = "{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in pairs) + "}"
    with pytest.raises(Malformed, match="twice"):
        PeopleReader(schema).read(body.encode())


@MANY
@given(st.data())
def test_a_change_means_what_the_person_with_it_means(data):
    schema = data.draw(schemas())
    base = {fact.name: data.draw(right(fact)) for fact in schema.facts}
    change = data.draw(people(schema))
    body = json.dumps({"beneficiary": base, "changes": [change]}).encode()
    plain = {name: _plain(value) for name, value in {**base, **change}.items()}
    expected = _outcome(Beneficiary.of, schema, plain)
    assert _outcome(_changed, body, PeopleReader(schema)) == expected


def _changed(body: bytes, people: PeopleReader) -> Beneficiary:
    """Return the person of a body with its only change."""
    try:
        _, (changed,) = scenarios(body, people)
    except BadRequestFields as bad:
        below = [replace(field, pointer=field.pointer.removeprefix("/changes/0")) for field in bad.fields]
        raise BadRequestFields(below) from None
    return changed


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**60])
def test_a_whole_number_that_no_float_holds_is_refused(number):
    schema = Schema(name="any", cost=CostColumn("paid"), facts=(Fact(name="steps", kind=Kind.WHOLE, low=None),))
    with pytest.raises(BadRequestFields, match="must be a whole number"):
        PeopleReader(schema).read(json.dumps({"steps": number}).encode())
