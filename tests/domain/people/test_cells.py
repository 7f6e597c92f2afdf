"""What text cells mean: a table of them, and what holds for any number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.people.cells import NO_VALUE, NumberStyle, UnreadableCell, says_nothing

LONG = "27.123456789012345678901234567890"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("44", 44),
        ("  44 ", 44),
        ("44.0", 44),
        ("27.1", 27.1),
        ("27,1", 27.1),
        (",5", 0.5),
        ("0,125", 0.125),
        ("27.118", 27.118),
        (LONG, 27.123456789012345678901234567890),
        ("27,118055555555557", 27.118055555555557),
        ("-3", -3),
        ("\N{MINUS SIGN}3,5", -3.5),
        ("+7", 7),
        ("1e3", 1000),
        ("1.5E-2", 0.015),
        ("8,211.40", 8211.4),
        ("8.211,40", 8211.4),
        ("$8,211.40", 8211.4),
        ("$ 8211.4", 8211.4),
        ("-$8,211.40", -8211.4),
        ("(12)", -12),
        ("($8,211.40)", -8211.4),
        ("$ (8,211.40)", -8211.4),
        ("8,211.40-", -8211.4),
        ("8211.40 USD", 8211.4),
        ("usd 8211.40", 8211.4),
        ("US$8,211.40", 8211.4),
        ("4 120.50", 4120.5),
        ("4\N{NO-BREAK SPACE}120,50", 4120.5),
        ("4\N{NARROW NO-BREAK SPACE}120", 4120),
        ("4\N{THIN SPACE}120\N{THIN SPACE}500", 4120500),
        ("41'020.10", 41020.1),
        ("\N{LEFT-TO-RIGHT MARK}44\N{ZERO WIDTH SPACE}", 44),
        ("41\N{RIGHT SINGLE QUOTATION MARK}020", 41020),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("1.234.567,8", 1234567.8),
        ("12,34,567.5", 1234567.5),
    ],
)
def test_a_number_with_one_meaning_is_read_in_any_column(cell: str, value: float) -> None:
    assert NumberStyle(currency="USD").read(cell) == value
    assert NumberStyle.of([cell], currency="USD").read(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        *("old", "44 years", "27.1 kg/m²", "12-24", "12/24", "1_000", "0x10", "1,2,3", "1.2.3", "1,23,4", "12 34"),
        *("1,234.567,8", "$", "€8,211.40", "8,211.40 EUR", "$8,211.40 USD", "-(12)", "(12)(3)", "--3", "inf", "1e999"),
        *("27.1.", ".", ",", "٤٤", "½", "40..5", "1,,234"),
    ],
)
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(UnreadableCell, match="must be a number"):
        NumberStyle(currency="USD").read(cell)


def test_a_foreign_currency_is_named() -> None:
    with pytest.raises(UnreadableCell, match="must be a number of USD, without '€'"):
        NumberStyle(currency="USD").read("€8,211.40")
    with pytest.raises(UnreadableCell, match="must be a number, without 'kg'"):
        NumberStyle().read("71 kg")


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("44 years", "years"),
        ("44 años", "años"),
        ("44yo", "yo"),
        ("27,9 kg/m2", "kg/m2"),
        ("27.9 kg/m²", "kg/m²"),
        ("-3 visits/yr.", "visits/yr."),
        ("45 %", "%"),
        ("44 years old", "years old"),
    ],
)
def test_a_unit_behind_a_number_is_named(cell: str, unit: str) -> None:
    with pytest.raises(UnreadableCell) as refused:
        NumberStyle().read(cell)
    assert str(refused.value) == f"must be a number, without {unit!r}"


@pytest.mark.parametrize("cell", ["65 and over", "18 to 25", "01JAN2020", "12-24", "0x10", "7 " + "x" * 100_000])
def test_what_stands_behind_a_number_and_is_no_unit_is_not_named(cell: str) -> None:
    with pytest.raises(UnreadableCell, match=r"must be a number$"):
        NumberStyle().read(cell)


def test_decimal_numbers_of_a_database_are_numbers() -> None:
    assert NumberStyle(decimal=",").read(Decimal("27.100")) == 27.1
    assert NumberStyle().read(Decimal("1E+2")) == 100
    with pytest.raises(UnreadableCell, match="not so large"):
        NumberStyle().read(Decimal("Infinity"))


@pytest.mark.parametrize(
    ("others", "cell", "value"),
    [
        (["$8,211.40"], "1,234", 1234),
        (["$38"], "1,234", 1234),
        (["1,234,567"], "1,234", 1234),
        (["41,020.10"], "1,234", 1234),
        (["$1,500"], "$1,234", 1234),
        (["27,1"], "1,234", 1.234),
        (["8.211,40"], "1,234", 1.234),
        (["27,1"], "8.211", 8211),
        (["1.234.567"], "8.211", 8211),
        ([], "8.211", 8.211),
        (["27.1"], "8.211", 8.211),
        (["$27.1"], "8.211", 8.211),
    ],
)
def test_the_column_decides_about_a_number_with_two_meanings(others: list[str], cell: str, value: float) -> None:
    assert NumberStyle.of([*others, cell], currency="USD").read(cell) == value


@pytest.mark.parametrize(
    ("others", "cell"),
    [
        ([], "1,234"),
        (["38", "27.5"], "1,234"),
        (["27.5", "27,1"], "1,234"),
        (["27.5", "27,1"], "1.234"),
        (["$38"], "1.234"),
    ],
)
def test_an_ambiguous_number_is_refused_with_both_readings_unless_the_column_decides(
    others: list[str], cell: str
) -> None:
    style = NumberStyle.of([*others, cell], currency="USD")
    with pytest.raises(UnreadableCell, match=r"can be 1234 or 1\.234: write it without the .*decimal sign"):
        style.read(cell)


def test_decimal_commas_elsewhere_in_the_table_make_a_point_doubtful() -> None:
    sizes, costs = NumberStyle.of(["27,1"]), NumberStyle.of(["8.211", "41.020"])
    assert costs.read("8.211") == 8.211
    with pytest.raises(UnreadableCell, match=r"can be 8211 or 8\.211"):
        costs.beside([sizes]).read("8.211")
    assert costs.beside([sizes]).read("8.2") == 8.2


def test_a_named_decimal_sign_decides() -> None:
    comma, point = NumberStyle.of(["27.5"], decimal=","), NumberStyle.of(["27,5"], decimal=".")
    assert (comma.read("1,234"), point.read("1,234")) == (1.234, 1234)
    assert (comma.read("1.234"), point.read("1.234")) == (1234, 1.234)
    with pytest.raises(UnreadableCell, match="does not fit the decimal sign ','"):
        comma.read("27.5")
    with pytest.raises(UnreadableCell, match=r"does not fit the decimal sign '\.'"):
        point.read("27,5")


def test_cells_that_are_no_text_show_nothing() -> None:
    assert NumberStyle.of([None, 3.5, "old", ""]) == NumberStyle()


@pytest.mark.parametrize("word", sorted(NO_VALUE))
def test_words_for_no_value_are_known_in_any_case(word: str) -> None:
    assert says_nothing(f" {word.upper()} ")


def test_words_that_say_something_are_not_taken_for_no_value() -> None:
    assert not any(map(says_nothing, ("0", "no", "never", "northeast", "x")))


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(1e22)
@example(-0.0)
def test_numbers_as_programs_write_them_are_read_back(number: float) -> None:
    for style in (NumberStyle(), NumberStyle.of([repr(number)])):
        assert style.read(repr(number)) == number


@given(st.decimals(min_value=1000, max_value=10**12, places=2), st.sampled_from([",", " ", "'", "\N{THIN SPACE}"]))
def test_amounts_with_thousands_and_cents_are_read_in_both_styles(amount: object, thousands: str) -> None:
    text = f"{amount:,}"
    assert NumberStyle(currency="USD").read("$" + text.replace(",", thousands)) == float(str(amount))
    turned = text.replace(",", "#").replace(".", ",").replace("#", "." if thousands == "," else thousands)
    assert NumberStyle(currency="EUR").read(turned + " €") == float(str(amount))


@given(st.text(alphabet="0123456789.,' -+$eE", max_size=12), st.lists(st.text(alphabet="0123456789.,$", max_size=9)))
def test_no_text_is_read_as_another_number_than_its_digits_say(text: str, others: list[str]) -> None:
    style = NumberStyle.of([*others, text], currency="USD")
    try:
        value = style.read(text)
    except UnreadableCell:
        return
    if "e" not in text.lower():
        assert _digits(f"{Decimal(repr(value)):f}") == _digits(text)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text)).strip("0")
