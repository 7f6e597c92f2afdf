"""The page of those who keep it running."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "operations.nav": "Operación",
    "operations.title": "Operación",
    "operations.lead": "Qué funciona, qué se pidió y cómo salieron las respuestas. Los números se renuevan solos.",
    "operations.away": "Ahora mismo no podemos ver las partes.",
    "operations.away.do": "Seguimos intentando.",
    "operations.records.away": "Ahora mismo no podemos leer las predicciones.",
    "operations.parts": "Partes",
    "operations.part": "Parte",
    "operations.state": "Estado",
    "operations.detail": "Lo que dice",
    "operations.api": "La API",
    "operations.api.here": "en este proceso",
    "operations.api.other": "en otro proceso",
    "operations.server": "Servidor del modelo",
    "operations.server.says": "versión {version}, huella {digest}",
    "operations.database": "Base de datos",
    "operations.database.says": "responde, con el esquema necesario",
    "operations.pointer": "Campeona",
    "operations.pointer.same": "versión {version}, la que responde",
    "operations.pointer.other": "versión {version}, pero responde otra",
    "operations.pointer.away": "versión {version}; ahora no responde ningún modelo",
    "operations.pointer.none": "aún no se promovió ninguna versión",
    "operations.pointer.unknown": "no se sabe mientras falta la base de datos",
    "operations.up": "funciona",
    "operations.down": "ausente",
    "operations.warn": "revisar",
    "operations.requests": "Peticiones",
    "operations.requests.lead": "A la API, desde que empezó este proceso. Errores: respuestas de 500 o más.",
    "operations.requests.none": "Aún no llegó ninguna petición.",
    "operations.requests.other": "La API funciona en otro proceso. Sus cifras están allí en /api/v1/metrics.",
    "operations.route": "Ruta",
    "operations.count": "Peticiones",
    "operations.errors": "Fallos",
    "operations.median": "Mediana",
    "operations.p95": "95 de 100 en",
    "operations.ms": "{ms} ms",
    "operations.answers": "Predicciones respondidas",
    "operations.answers.by": "por la versión {version}: {count}",
    "operations.groups.mean": "{mean} a la vez",
    "operations.groups.predict": "Al servidor del modelo",
    "operations.groups.predict.means": "en promedio; preguntas: {groups}",
    "operations.groups.record": "A la base de datos",
    "operations.groups.record.means": "en promedio; escrituras: {groups}",
    "operations.outcomes": "Cómo salieron las respuestas",
    "operations.outcomes.lead": "De las {looked} predicciones más nuevas se conoce el costo real de {known}.",
    "operations.outcomes.none": "Aún no se conoce ningún costo real. Anote uno en un cálculo anterior y contará aquí.",
    "operations.outcomes.empty": "Aún no se predijo nada.",
    "operations.inside": "En el rango",
    "operations.inside.means": "Debería ser 90 % o más.",
    "operations.miss": "Error habitual",
    "operations.miss.means": "Año típico frente al costo real, en promedio.",
    "operations.bias": "Esperado menos real",
    "operations.bias.means": "Cerca de cero es bueno.",
    "operations.fit": "¿Sigue sirviendo la campeona?",
    "operations.fit.lead": (
        "Informe del {moment}: {predictions} predicciones y {outcomes} costos reales desde el {since}, junto a {rows} "
        "personas de sus datos."
    ),
    "operations.fit.none": (
        "Aún no hay informe sobre la versión {version}. «medcost monitor run» lo hace; una vez al día basta."
    ),
    "operations.fit.few": "Hay muy pocas predicciones y costos reales para comparar.",
    "operations.fit.stale": "Este informe tiene más de dos días.",
    "operations.fit.stale.do": "Revise el horario que ejecuta «medcost monitor run»: el silencio no es salud.",
    "operations.fit.fits": "Nada ha cambiado.",
    "operations.fit.do": (
        "Piense en entrenar con datos más nuevos: «medcost retrain» lo hace y pregunta antes de cambiar."
    ),
    "operations.fit.short": "El rango se cumple muy pocas veces para: {groups}.",
    "operations.fit.columns": "Lo que llegó y de qué se aprendió",
    "operations.fit.column": "Qué",
    "operations.fit.index": "Índice de estabilidad",
    "operations.fit.chance": "Solo azar",
    "operations.fit.least": "menos de 0.001",
    "operations.fit.expected": "Costo esperado",
    "operations.fit.pit": "Costos reales entre los previstos",
    "operations.fit.groups": "Cómo salieron las respuestas, por grupo",
    "operations.fit.group": "Quiénes",
    "operations.fit.known": "Costos reales",
    "operations.fit.before": "Al hacerse",
    "operations.fit.fallen": "muy pocas veces",
    "operations.fit.holds": "se cumple",
    "operations.drift": "Deriva de los datos de entrada",
    "operations.drift.lead": (
        "Las {rows} predicciones más nuevas, junto a las {people} personas de las que aprendió la versión {version}."
    ),
    "operations.drift.none": "Las seis respuestas se parecen a los datos.",
    "operations.drift.shifted": "Cambió: {facts}.",
    "operations.drift.do": (
        "Para esas personas el cálculo puede ser menos preciso. Piense en entrenar con datos más nuevos."
    ),
    "operations.drift.alike": "como en los datos",
    "operations.drift.other": "cambió",
    "operations.drift.mean": "En promedio {now} aquí, {before} en los datos.",
    "operations.drift.group": "{group}: {now} aquí, {before} en los datos.",
    "operations.drift.legend": (
        "Barras: las predicciones. Líneas: los datos. Un cambio cuenta si es demasiado grande para ser azar "
        "y bastante grande para importar."
    ),
    "operations.drift.few": "Predicciones hasta ahora: {rows}. Desde {fewest} se distingue un cambio del azar.",
    "operations.drift.no_champion": "Aún no se promovió ninguna versión: no hay con qué comparar.",
    "operations.drift.no_profile": (
        "La ficha de la versión {version} es antigua y no dice quiénes había en sus datos. La próxima que "
        "entrene lo dirá."
    ),
}
