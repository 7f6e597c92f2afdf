"""The page of past estimates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "history.nav": "Historial",
    "history.title": "Estimaciones anteriores",
    "history.lead": "Las estimaciones guardadas aquí. Abra una para anotar cuánto costó de verdad el año, o para "
    "borrarla.",
    "history.filters": "Filtros",
    "history.filters.more": "Más filtros",
    "history.since": "Hechos desde este día (UTC)",
    "history.any": "Todas",
    "history.found": "Estimaciones",
    "history.caption": "Estimaciones anteriores. Oprima el encabezado de una columna para ordenar. Oprima una "
    "fecha para abrir la estimación.",
    "history.details": "abrir",
    "history.sort": "Ordenar por, de mayor a menor",
    "history.made": "Fecha",
    "history.expected": "Esperado",
    "history.outcome": "Costo real",
    "history.back": "Atrás",
    "history.on": "Siguiente",
    "history.rows": "Estimaciones {first} a {last} de {total}",
    "history.file": "Descargar {total} en CSV",
    "history.own": "Las estimaciones guardadas en este navegador. Abra una para anotar cuánto costó de verdad el "
    "año, o para borrarla.",
    "history.sign_in": "Inicie sesión para ver las de todos",
    "history.empty": "Aún no hay estimaciones guardadas. Haga una en la primera página y oprima Guardar.",
    "history.none": "Ninguna estimación coincide. Quite un filtro o elija otra fecha.",
    "history.away": "Ahora mismo no podemos leer las estimaciones.",
    "history.away.do": "Las estimaciones están a salvo. Seguimos intentando.",
    "history.synthetic": "Algunas de estas estimaciones son de un modelo que aprendió de personas inventadas. "
    "Úselas para probar, no para planear.",
    "history.model": "Modelo",
    "history.model.value": "versión {version}, huella {digest}",
    "history.id": "Identificador del registro",
    "history.outcome.help": "El total facturado por este año de atención, antes de que pague el seguro, cuando lo "
    "sepa.",
    "history.outcome.type": "Escriba una cantidad, como 12,300 o 12,300.50.",
    "history.outcome.unclear": "Esto puede ser {one} o {other}. Escriba una coma para los miles y un punto para "
    "los centavos, como 12,300.00.",
    "history.outcome.range": "Escriba una cantidad de hasta {most}.",
    "history.outcome.save": "Guardar el costo",
    "history.outcome.saved": "Guardado: {amount}.",
    "history.close": "Cerrar",
    "history.erase": "Borrar …",
    "history.sure": "¿Borrar esta estimación para siempre?",
    "history.sure.lead": "La estimación no se puede recuperar. Solo guardamos constancia de que se borró una.",
    "history.sure.no": "Conservarla",
    "history.sure.yes": "Borrarla",
    "history.gone": "Esta estimación ya no existe.",
    "history.gone.do": "Alguien la borró mientras tanto.",
    "history.unsaved": "No pudimos hacerlo ahora.",
    "history.unsaved.do": "Nada ha cambiado. Inténtelo en un momento.",
}
