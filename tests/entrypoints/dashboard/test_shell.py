"""The frame around every page: language, theme, addresses."""

from __future__ import annotations

import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_browser_that_likes_spanish_is_answered_in_spanish(visit):
    page = visit(width=390, locale="es-MX")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page).to_have_title("¿Cuánto podría costar un año de atención? · Medcost")
    age = page.get_by_role("textbox", name="Edad")
    age.fill("200")
    expect(age).to_have_accessible_description(re.compile(r"Edad: escriba un número entero de 18 a 100\."))
    expect(page.get_by_text("Estos son todavía los números de sus últimos datos.")).to_be_visible()


def test_the_language_is_switched_in_the_header_and_kept(visit):
    page = visit()
    page.get_by_role("textbox", name="Age").fill("58")
    expect(page.get_by_role("slider", name="Age")).to_have_value("58")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("¿Cuánto podría costar un año de atención?")
    expect(page.get_by_role("textbox", name="Edad")).to_have_value("58")
    page.goto(page.url)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-US")


def test_the_theme_follows_the_device_until_a_person_chooses(visit):
    page = visit(width=390, color_scheme="dark")
    dark, light = "rgb(16, 22, 28)", "rgb(244, 246, 248)"
    expect(page.locator("body")).to_have_css("background-color", dark)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("combobox", name="Colors").select_option(label="Light")
    expect(page.locator("body")).to_have_css("background-color", light)
    page.reload()
    expect(page.locator("body")).to_have_css("background-color", light)


def test_an_address_that_does_not_exist_is_answered_kindly(address: str):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}/nowhere", timeout=10)
    assert refused.value.code == 404
    assert b"There is no such page" in refused.value.read()


def test_the_api_answers_beside_the_page(address: str):
    with urllib.request.urlopen(f"{address}/api/v1/health/ready", timeout=10) as answer:
        assert answer.status == 200
