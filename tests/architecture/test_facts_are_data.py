"""No fact of the default schema is named in `src/`: identifiers, attributes, keywords and literals are searched."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
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
_WITH_BODY = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_CODE = re.compile(r"[\w.=<>:\[\]-]+")


def named(text):
    """Give the facts that a literal names: one that is code, not a sentence."""
    words = set(re.split(r"[^a-z]+|_", text)) if _CODE.fullmatch(text) else set()
    return words.intersection(FACTS)


def violations(tree, docstrings):
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=name):
                if name in FACTS:
                    yield node, name
            case ast.Constant(value=str(text)) if node not in docstrings and named(text):
                yield node, text
            case _:
                pass


def docstrings_of(tree):
    return {
        node.value
        for parent in ast.walk(tree)
        for node in (parent.body if isinstance(parent, _WITH_BODY) else ())
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def found_in(source):
    tree = ast.parse(source)
    return [(getattr(node, "lineno", 0), name) for node, name in violations(tree, docstrings_of(tree))]


def test_no_fact_of_the_default_schema_is_named():
    named_somewhere = {
        f"{file.relative_to(SOURCE)}:{line}: {name}"
        for file in sorted(SOURCE.rglob("*.py"))
        if str(file.relative_to(SOURCE)) not in EXCEPTIONS
        for line, name in found_in(file.read_text(encoding="utf-8"))
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
    assert found_in(planted)


@pytest.mark.parametrize(
    "prose", ["'the age of a file'", '"""Tell the age, sex and region."""', "'average'", "page = 1"]
)
def test_prose_is_no_name(prose):
    assert not found_in(prose)
