"""What stands around every page, and how numbers and dates are put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "locale.thousands": "${thousands} mil",
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
    "range.value": "{low} a {high}",
    "unexpected": "Algo falló de nuestro lado.",
    "unexpected.do": "No se pierde nada de lo que escribió. Vuelva a cargar la página si los números ya no cambian.",
    "broken.title": "No pudimos abrir esta página",
    "broken": "Algo falló de nuestro lado. No se pierde nada de lo que escribió.",
    "broken.do": "Abrirla de nuevo",
    "missing.title": "Esa página no existe",
    "missing": "Puede que la dirección tenga un error.",
    "missing.do": "Ir al cálculo",
}
