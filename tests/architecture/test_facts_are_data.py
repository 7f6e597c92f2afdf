"""No fact of the default schema is named in `src/`: identifiers, attributes, keywords and literals are searched."""

import ast
import re

import pytest
import yaml

from tests.architecture.sources import ROOT, Source, sources

FACTS = tuple(yaml.safe_load((ROOT / "config/schema/insurance.yaml").read_text(encoding="utf-8"))["facts"])
EXCEPTIONS = {
    "adapters/arrow/synthetic.py": "the rule by which the sample of the default schema is invented",
    "adapters/memory/sample.py": "the same, for the profile without servers",
    "entrypoints/dashboard/widgets/bmi.py": "the calculator",
    "adapters/arrow/workbook_archive.py": "children of an element of XML",
    "adapters/common/processes.py": "children of a process",
    "adapters/sklearn/boosted.py": "children of a node of a tree",
    "adapters/sklearn/trees.py": "the same",
    "adapters/memory/predictions.py": "the age of a record",
    "adapters/postgres/predictions.py": "the same",
    "domain/costs/prediction.py": "the same",
    "entrypoints/cli/db.py": "the same",
    "medcost_testing/predictions/records.py": "the same",
    "adapters/yaml/schema_file.py": "the name of the calculator",
    "entrypoints/dashboard/widgets/fact_fields.py": "the name of the calculator",
    "entrypoints/dashboard/widgets/person.py": "the same",
}
_CODE = re.compile(r"[\w.=<>:\[\]-]+")


def named(text):
    """Give the facts that a literal names: one that is code, not a sentence."""
    words = set(re.split(r"[^a-z]+|_", text)) if _CODE.fullmatch(text) else set()
    return words.intersection(FACTS)


def violations(source):
    """Give the line of each name and literal that names a fact, and the name or literal."""
    for kind, field in ((ast.Name, "id"), (ast.Attribute, "attr"), (ast.arg, "arg"), (ast.keyword, "arg")):
        for node in source.nodes(kind):
            if (name := getattr(node, field)) in FACTS:
                yield node.lineno, name
    docstrings = {*source.docstrings()}
    for node in source.nodes(ast.Constant):
        if isinstance(node.value, str) and node not in docstrings and named(node.value):
            yield node.lineno, node.value


def test_no_fact_of_the_default_schema_is_named():
    named_somewhere = {
        f"{file}:{line}: {name}"
        for file, source in sources("src").items()
        if file.removeprefix("src/") not in EXCEPTIONS
        for line, name in violations(source)
    }
    assert not named_somewhere, "facts are data: take them from the schema\n" + "\n".join(sorted(named_somewhere))


@pytest.mark.parametrize(
    "planted",
    [
        "who.smoker",
        "bmi = 27.5",
        "query(region='northeast')",
        "facts['age']",
        "def of(children): ...",
        "code = 'bmi_beyond_data'",
        "group = 'smoker=yes'",
    ],
)
def test_a_planted_name_is_found(planted):
    assert [*violations(Source(planted))]


@pytest.mark.parametrize(
    "prose", ["'the age of a file'", '"""Tell the age, sex and region."""', "'average'", "page = 1"]
)
def test_prose_is_no_name(prose):
    assert not [*violations(Source(prose))]
