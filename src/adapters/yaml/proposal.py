"""A proposed schema as the text of a file, with comments for the person who checks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from domain.people.fact import ANY_LANGUAGE
from domain.people.schema_rules import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.people.fact import Fact
    from domain.people.inference import Proposal


class _OneLine(yaml.SafeDumper):
    """Writes texts that hold line ends or control characters in double quotes, where those are escaped."""


_OneLine.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"'
    ),
)


def written(proposal: Proposal, *, source: str) -> str:
    """Return the text of a schema file.

    Args:
        proposal: the schema and the remarks on it.
        source: the name of the file that it was proposed for.
    """
    return "\n".join(_lines(proposal, source)) + "\n"


def _lines(proposal: Proposal, source: str) -> Iterator[str]:
    schema = proposal.schema
    yield f"# Proposed from {_one_line(source)}. Check limits, choices and labels, then:"
    yield "#   medcost schema check THIS_FILE --data THE_DATA"
    for remark in proposal.remarks:
        yield f"# Unsure: {_one_line(remark)}"
    yield f"name: {_flow(schema.name)}"
    yield f"title: {_flow(schema.title[ANY_LANGUAGE])}"
    yield f"cost: {{column: {_flow(schema.cost.column)}, currency: {schema.cost.currency}, year: null}}"
    yield "facts:"
    for fact in schema.facts:
        for remark in proposal.on_facts.get(fact.name, ()):
            yield f"  # {_one_line(remark)}"
        yield f"  {fact.name}: {_flow(_keys(fact))}"
    for column, reason in proposal.left_out.items():
        yield f"# left out: {_one_line(column)}, because {_one_line(reason)}"
    yield 'terms: []  # for the interaction families, such as a^2, a*b or "a*[b>=30]"'
    yield f"groups: {_flow(list(schema.groups))}"
    roles = {role: getattr(schema.roles, role) for role in ROLES} | {"audit": list(schema.roles.audit)}
    yield f"roles: {_flow(roles)}"


def _keys(fact: Fact) -> dict[str, Any]:
    """Return the keys of a fact whose values are not the defaults."""
    keys: dict[str, Any] = {"kind": fact.kind.value}
    keys |= {key: _plain(limit) for key in ("low", "high") if (limit := getattr(fact, key)) is not None}
    keys |= {"choices": list(fact.choices)} if fact.choices else {}
    keys |= {"missing": "allowed"} if fact.may_be_missing else {}
    keys |= {"column": fact.column} if fact.column else {}
    return keys | {"label": fact.label[ANY_LANGUAGE]}


def _plain(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _flow(value: object) -> str:
    """Return a value on one line of YAML."""
    text: str = yaml.dump(
        value, Dumper=_OneLine, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**9
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _one_line(text: str) -> str:
    """Return a text that cannot end a comment, and holds no character that YAML refuses."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
