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
    "what_if.who": "Comparar con alguien que difiere en",
    "what_if.none": "Elija …",
    "what_if.nobody": "Elija una diferencia para comparar.",
    "what_if.more": "{amount} más que esta persona",
    "what_if.less": "{amount} menos que esta persona",
    "what_if.base": "Las personas de al lado se comparan con esta persona.",
    "what_if.same": "Un año típico cuesta lo mismo",
    "what_if.bars": "Las barras son el rango probable y los puntos el año típico, todo en una misma escala. La "
    "línea cortada es el año típico de esta persona.",
    "what_if.failed": "No pudimos actualizar estos números. No se pierde nada. Seguimos intentando.",
    "what_if.stale": "Estos son todavía los números de sus últimos datos. Corrija el dato marcado para actualizarlos.",
    "curve": "Costo según un dato",
    "curve.lead": "La misma persona con otros valores. Los demás datos no cambian.",
    "curve.choose": "Ver el costo por",
    "curve.title": "Costo por {label}",
    "curve.own": "{label} {value}:",
    "curve.seen": "Gráfico del costo de un año típico por {label}, con el rango probable como banda. Con {first}, "
    "{at_first}. Con {own}, el de esta persona, {typical}. Con {last}, {at_last}. Todos los valores están en la "
    "tabla de abajo.",
    "curve.seen.other": "Gráfico del costo de un año típico por {label}, con el rango probable como banda. Con "
    "{first}, {at_first}. Con {last}, {at_last}. Todos los valores están en la tabla de abajo.",
    "curve.none": "No hay punto porque esta persona no tiene ese valor.",
    "curve.legend": "La línea es el año típico. La parte sombreada es el rango de 9 de cada 10 personas. El punto "
    "es esta persona.",
    "curve.table": "Ver estos números en una tabla",
}
