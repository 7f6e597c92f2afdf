"""The page of those who keep it running."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "operations.nav": "Operación",
    "operations.title": "Operación",
    "operations.lead": "Qué está funcionando, qué se pidió y qué tan buenas fueron las respuestas. Se actualiza "
    "automáticamente.",
    "operations.away": "Ahora mismo no podemos revisar las partes.",
    "operations.away.do": "Seguimos intentando.",
    "operations.records.away": "Ahora mismo no podemos leer las predicciones.",
    "operations.parts": "Partes",
    "operations.part": "Parte",
    "operations.state": "Estado",
    "operations.detail": "Detalles",
    "operations.api": "La API",
    "operations.api.here": "en este proceso",
    "operations.api.other": "en otro proceso",
    "operations.server": "Servidor del modelo",
    "operations.server.says": "versión {version}, huella {digest}",
    "operations.database": "Base de datos",
    "operations.database.says": "responde, con el esquema correcto",
    "operations.pointer": "Campeona",
    "operations.pointer.same": "versión {version}, que está respondiendo",
    "operations.pointer.other": "versión {version}, pero responde otra versión",
    "operations.pointer.away": "versión {version}; no responde ningún modelo",
    "operations.pointer.none": "aún no se promovió ninguna versión",
    "operations.pointer.unknown": "no se sabe mientras la base de datos no responde",
    "operations.up": "funciona",
    "operations.down": "no responde",
    "operations.warn": "revisar",
    "operations.requests": "Peticiones",
    "operations.requests.lead": "Peticiones a la API desde que empezó este proceso. Los errores son respuestas con "
    "un estado de 500 o más.",
    "operations.requests.none": "Aún no hay peticiones.",
    "operations.requests.other": "La API funciona en otro proceso. Sus cifras están allí en /api/v1/metrics.",
    "operations.route": "Ruta",
    "operations.count": "Peticiones",
    "operations.errors": "Fallos",
    "operations.median": "Mediana",
    "operations.p95": "95 de 100 en",
    "operations.ms": "{ms} ms",
    "operations.answers": "Predicciones respondidas",
    "operations.answers.by": "por la versión {version}: {count}",
    "operations.groups.mean": "{mean} filas por llamada",
    "operations.groups.predict": "Llamadas al modelo",
    "operations.groups.predict.means": "{groups} llamadas en total",
    "operations.groups.record": "Escrituras en la base de datos",
    "operations.groups.record.means": "{groups} escrituras en total",
    "operations.outcomes": "Qué tan buenas fueron las respuestas",
    "operations.outcomes.lead": "De las {looked} predicciones más nuevas se conoce el costo real de {known}.",
    "operations.outcomes.none": "Aún no se conoce ningún costo real. Anote un costo real en una estimación "
    "anterior y aparecerá aquí.",
    "operations.outcomes.empty": "Aún no hay predicciones.",
    "operations.inside": "Costos dentro del rango",
    "operations.inside.count": "{inside} de {outcomes}",
    "operations.inside.means": "Debería ser 90 % o más.",
    "operations.inside.few": "Muy pocos para juzgar. Desde {fewest} costos reales se muestra un porcentaje.",
    "operations.miss": "Error promedio",
    "operations.miss.means": "Distancia promedio entre el año típico y el costo real.",
    "operations.bias": "Costo esperado menos costo real",
    "operations.bias.means": "En promedio. Cerca de cero es bueno.",
    "operations.fit": "¿Sigue sirviendo la campeona?",
    "operations.fit.lead": "Informe del {moment}: {predictions} predicciones y {outcomes} costos reales desde el "
    "{since}, comparados con {rows} personas de los datos de entrenamiento.",
    "operations.fit.none": "Aún no hay informe sobre la versión {version}. Ejecute «medcost monitor run» una vez "
    "al día para hacerlo.",
    "operations.fit.few": "Hay muy pocas predicciones y costos reales para comparar.",
    "operations.fit.stale": "Este informe tiene más de dos días.",
    "operations.fit.stale.do": "Revise el horario que ejecuta «medcost monitor run». Sin informes, los problemas "
    "no se ven.",
    "operations.fit.fits": "Nada ha cambiado.",
    "operations.fit.fits.few": "No se ve ningún cambio. Hay muy pocos costos reales para juzgar las respuestas.",
    "operations.fit.do": "Considere entrenar con datos más nuevos. «medcost retrain» lo hace y pregunta antes al "
    "control.",
    "operations.fit.short": "Muy pocos costos están dentro del rango para: {groups}.",
    "operations.fit.level": "Costo esperado entre costo real: {ratio} (rango seguro de {low} a {high}), de "
    "{outcomes} costos reales desde el {since}.",
    "operations.fit.level.holds": "El nivel de costos está entre 0.95 y 1.05.",
    "operations.fit.level.shifted": "El nivel de costos salió del rango de 0.95 a 1.05.",
    "operations.fit.level.unclear": "Aún no se puede saber si el nivel de costos cambió: faltan unos {needed} costos "
    "reales.",
    "operations.fit.level.few": "{outcomes} costos reales desde el {since} son muy pocos para saber si el nivel de "
    "costos cambió. Faltan unos {needed}.",
    "operations.fit.columns": "Datos nuevos comparados con los de entrenamiento",
    "operations.fit.column": "Columna",
    "operations.fit.index": "Índice de estabilidad",
    "operations.fit.chance": "Probabilidad por azar",
    "operations.fit.least": "menos de 0.001",
    "operations.fit.expected": "Costo esperado",
    "operations.fit.pit": "Costos reales comparados con las predicciones",
    "operations.fit.groups": "Qué tan buenas fueron las respuestas, por grupo",
    "operations.fit.group": "Grupo",
    "operations.fit.known": "Costos reales",
    "operations.fit.before": "Al entrenar",
    "operations.fit.fallen": "muy bajo",
    "operations.fit.holds": "como se esperaba",
    "operations.fit.unclear": "muy pocos para juzgar",
    "operations.drift": "Cambios en los datos de entrada",
    "operations.drift.lead": "Las {rows} predicciones más nuevas, comparadas con las {people} personas de las que "
    "aprendió la versión {version}.",
    "operations.drift.none": "Los datos se parecen a los de entrenamiento.",
    "operations.drift.shifted": "Cambió: {facts}.",
    "operations.drift.do": "Para estas personas la estimación puede ser menos precisa. Considere entrenar con "
    "datos más nuevos.",
    "operations.drift.alike": "sin cambio",
    "operations.drift.other": "cambió",
    "operations.drift.mean": "En promedio {now} aquí, {before} en los datos.",
    "operations.drift.group": "{group}: {now} aquí, {before} en los datos.",
    "operations.drift.legend": "Barras: las predicciones. Líneas: los datos de entrenamiento. Un cambio cuenta si "
    "es demasiado grande para ser azar y bastante grande para importar.",
    "operations.drift.few": "Predicciones hasta ahora: {rows}. Se necesitan al menos {fewest} para distinguir un "
    "cambio del azar.",
    "operations.drift.no_champion": "Aún no se promovió ninguna versión, así que no hay con qué comparar.",
    "operations.drift.no_profile": "La ficha de la versión {version} es muy antigua para describir a las personas "
    "de sus datos. Entrene una versión nueva para verlas.",
}
