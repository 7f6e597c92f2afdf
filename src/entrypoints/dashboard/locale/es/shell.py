"""What stands around every page, and how numbers and dates are put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "locale.thousands": "{thousands} mil",
    "locale.percent": "{number}\N{NO-BREAK SPACE}%",
    "locale.day": "{day} {month} {year}",
    "locale.months": "ene feb mar abr may jun jul ago sep oct nov dic",
    "language.other": "English",
    "language.other.code": "en",
    "theme": "Colores",
    "theme.system": "Sistema",
    "theme.light": "Claro",
    "theme.dark": "Oscuro",
    "menu": "Menú",
    "menu.pages": "Páginas",
    "skip": "Ir a la respuesta",
    "skip.content": "Ir al contenido",
    "footer": "Para aprender y planear. No es consejo médico, de seguros ni legal.",
    "footer.kept": "No guardamos lo que escribe, salvo que oprima Guardar.",
    "working": "Calculando …",
    "retry": "Intentar de nuevo",
    "offline": "Se perdió la conexión.",
    "offline.do": "Estos números pueden ser viejos. Se actualizan cuando vuelva la conexión.",
    "old": "anterior",
    "range.value": "{low} a {high}",
    "table.rest": "Más",
    "unexpected": "Algo falló de nuestro lado.",
    "unexpected.do": "No se pierde nada de lo que escribió. Vuelva a cargar la página si los números ya no cambian.",
    "synthetic.trained": "El modelo aprendió de personas inventadas. Use estos números para probar, no para planear.",
    "synthetic.none": "Todavía no hay un modelo entrenado, así que responde un sustituto simple con personas "
    "inventadas. Use estos números para probar la página, no para planear.",
    "broken.title": "No pudimos abrir esta página",
    "broken": "Algo falló de nuestro lado. No se pierde nada de lo que escribió.",
    "broken.do": "Abrirla de nuevo",
    "away.title": "Esta página no se puede abrir ahora",
    "away": "No podemos leer nuestros registros. No se cerró su sesión. Inténtelo en un momento.",
    "away.do": "Intentar de nuevo",
    "missing.title": "Esa página no existe",
    "missing": "Puede que la dirección tenga un error.",
    "missing.do": "Ir a la estimación",
}
