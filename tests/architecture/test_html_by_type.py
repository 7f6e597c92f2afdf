"""HTML is `Markup`: no string of `src/` holds a tag, and nothing but the helper makes `Markup` of what it computes."""

import ast
import re
from itertools import pairwise

import pytest

from tests.architecture.sources import Source, sources

HELPER = "src/entrypoints/dashboard/elements.py"
"""Writes elements: it alone joins tags, after each part was escaped."""
_ELEMENTS = (
    *(
        "a",
        "abbr",
        "article",
        "aside",
        "b",
        "body",
        "br",
        "button",
        "caption",
        "circle",
        "code",
        "col",
        "dd",
        "details",
    ),
    *(
        "dialog",
        "div",
        "dl",
        "dt",
        "em",
        "figure",
        "footer",
        "form",
        "g",
        "h1",
        "h2",
        "h3",
        "h4",
        "head",
        "header",
        "hr",
    ),
    *("html", "i", "iframe", "img", "input", "label", "li", "line", "link", "main", "meta", "nav", "object", "ol"),
    *("option", "p", "path", "pre", "progress", "rect", "script", "section", "select", "small", "span", "strong"),
    *("style", "sub", "summary", "sup", "svg", "table", "tbody", "td", "text", "textarea", "th", "thead", "time"),
    *("title", "tr", "u", "ul", "use", "video", "wbr"),
)
_TAG = re.compile(rf"(?<!\?P)</?(?:{'|'.join(_ELEMENTS)})(?=[\s/>]|$)|<!doctype", re.IGNORECASE)
_UNFINISHED = re.compile(r"</?\Z")


def texts(node):
    """Give the literal parts of a string."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def called(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_literal(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def trusted(source):
    """Give the literals that may hold a tag: docstrings, and what is `Markup` as it is written."""
    yield from source.docstrings()
    for node in source.nodes(ast.Call):
        if called(node) == "Markup":
            yield from filter(is_literal, node.args)


def names_a_tag(part, following):
    """Tell whether a part of a string ends where a tag begins, whose name is then the value of a variable."""
    named = isinstance(following, ast.FormattedValue) and isinstance(following.value, ast.Name)
    return named and any(map(_UNFINISHED.search, texts(part)))


def violation(node):
    """Say what is wrong with a string, a call or an import; None if nothing is."""
    match node:
        case ast.JoinedStr() | ast.Constant(value=str()) if any(map(_TAG.search, texts(node))):
            wrong = "a tag in a string"
        case ast.JoinedStr(values=parts) if any(names_a_tag(*pair) for pair in pairwise(parts)):
            wrong = "a tag whose name is computed"
        case ast.Call(args=[first, *_]) if called(node) == "Markup" and not is_literal(first):
            wrong = "Markup of what is computed"
        case ast.Call(func=ast.Attribute(attr="html")) if "sanitize=escape" not in ast.unparse(node):
            wrong = "a place for HTML that does not escape strings"
        case ast.ImportFrom(module="html" | "xml.sax.saxutils") | ast.Import(names=[ast.alias(name="html")]):
            wrong = "an escape that gives no Markup"
        case _:
            wrong = None
    return wrong


def violations(source):
    """Give the line of each piece of HTML that is not written by type, and what is wrong with it."""
    allowed = {*trusted(source)}
    judged = source.nodes(ast.JoinedStr, ast.Constant, ast.Call, ast.ImportFrom, ast.Import)
    return [(node.lineno, what) for node in judged if node not in allowed and (what := violation(node))]


def test_html_is_written_by_type():
    others = {file: source for file, source in sources("src").items() if file != HELPER}
    assert len(others) > 100
    markup = {f"{file}:{line}: {what}" for file, source in others.items() for line, what in violations(source)}
    assert not markup, "write HTML by `entrypoints.dashboard.elements`, or as a template in a file"


@pytest.mark.parametrize(
    "planted",
    [
        "f'<p>{name}</p>'",
        "'<b>' + name + '</b>'",
        "'<p class=\"hint\">%s</p>' % name",
        "f'<svg viewBox=\"0 0 {width} 1\">'",
        '"</td>".join(cells)',
        "f'<{tag}>{name}'",
        "f'</{tag}>'",
        "Markup(f'<p>{name}</p>')",
        "Markup(name)",
        "markupsafe.Markup(name + other)",
        "PAGE = '<!doctype html>'",
        "ui.html(name, sanitize=False)",
        "ui.html(name)",
        "from html import escape",
        "import html",
    ],
)
def test_a_planted_violation_is_found(planted):
    assert violations(Source(planted))


@pytest.mark.parametrize(
    "line",
    [
        "Markup('<wbr>').join(parts)",
        "element('p', name, classes='hint')",
        "Markup()",
        "ui.html(name, sanitize=escape)",
        "f'{low} < {high}'",
        "f'<{place(page)}>; rel=next'",
        "re.compile('(?P<a>x)(?P<text>y)')",
        "def f():\n    '''Return `<p>`.'''",
    ],
)
def test_what_is_no_violation_is_let_be(line):
    assert not violations(Source(line))
