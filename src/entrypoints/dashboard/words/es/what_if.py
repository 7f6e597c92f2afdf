"""The page that compares people who differ in one fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "what_if.nav": "¿Y si …?",
    "what_if.title": "¿Y si un dato fuera distinto?",
    "what_if.lead": "Compare a esta persona con otras que difieren en un dato.",
    "what_if.compare": "Lado a lado",
    "what_if.compare.lead": "Cada cuadro cambia un dato y deja los demás.",
    "what_if.note": "Son personas distintas en los datos. No muestran que un cambio ahorre o cueste tanto.",
    "what_if.this": "Esta persona",
    "what_if.other": "Otra persona, {number}",
    "what_if.who": "Alguien que",
    "what_if.none": "Elija …",
    "what_if.nobody": "Elija una diferencia para comparar.",
    "what_if.smoker": "fuma",
    "what_if.nonsmoker": "no fuma",
    "what_if.older": "tiene 10 años más",
    "what_if.younger": "tiene 10 años menos",
    "what_if.age": "tiene otra edad",
    "what_if.bmi": "tiene otro IMC",
    "what_if.child": "tiene 1 hijo más",
    "what_if.region": "vive en el {region}",
    "what_if.bmi.label": "IMC",
    "what_if.more": "{usd} más que esta persona",
    "what_if.less": "{usd} menos que esta persona",
    "what_if.base": "Con esta se comparan las demás.",
    "what_if.same": "Lo mismo que esta persona",
    "what_if.bars": "Las barras son el rango probable y los puntos el año típico, todo en una misma escala. "
    "La línea cortada es el año típico de esta persona.",
    "what_if.failed": "No pudimos actualizar estos números. No se pierde nada. Seguimos intentando.",
    "what_if.stale": "Estos son todavía sus últimos números. Corrija el dato marcado para actualizarlos.",
    "curve": "Costo según un dato",
    "curve.lead": "La misma persona con otros valores; los demás datos no cambian.",
    "curve.choose": "Ver el costo por",
    "curve.age": "Edad",
    "curve.bmi": "IMC",
    "curve.age.title": "Costo por edad",
    "curve.bmi.title": "Costo por IMC",
    "curve.age.own": "{value} años:",
    "curve.bmi.own": "IMC {value}:",
    "curve.age.seen": "Gráfica del costo de un año típico por edad, con el rango probable como banda. "
    "A los {first}, {at_first}. A los {own} de esta persona, {typical}. A los {last}, {at_last}. "
    "Todos los valores están en la tabla de abajo.",
    "curve.bmi.seen": "Gráfica del costo de un año típico por IMC, con el rango probable como banda. "
    "Con {first}, {at_first}. Con {own}, el de esta persona, {typical}. Con {last}, {at_last}. "
    "Todos los valores están en la tabla de abajo.",
    "curve.legend": "La línea es el año típico. La parte sombreada abarca a 9 de cada 10 personas. "
    "El punto es esta persona.",
    "curve.table": "Ver estos números en una tabla",
}
