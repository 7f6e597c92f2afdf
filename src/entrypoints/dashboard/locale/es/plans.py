"""The page on which insurance plans are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "plans.nav": "Planes",
    "plans.title": "¿Cuánto pagaría usted con un seguro?",
    "plans.lead": "Compare hasta cuatro planes para una persona o un hogar.",
    "plans.answer": "Lo que usted pagaría",
    "plans.says.one": "En promedio paga {amount} al año, con la prima. En 19 de cada 20 años son {most} o menos.",
    "plans.says.same": "{name} cuesta menos: {amount} al año en promedio, con la prima. En 19 de cada 20 años son "
    "{most} o menos.",
    "plans.says.average": "{name} cuesta menos en promedio: {amount} al año, con la prima.",
    "plans.says.bad": "{name} cuesta menos en un año malo: {most} o menos en 19 de cada 20 años.",
    "plans.says.simulated": "Para {people} personas probamos muchos miles de años. Los promedios pueden variar en "
    "{error}.",
    "plans.left": "Los montos son lo que le queda a usted después de que paga el plan.",
    "plans.least": "Plan más barato",
    "plans.average": "Año promedio, con la prima",
    "plans.premium.row": "Prima",
    "plans.share.typical": "Su parte en un año típico",
    "plans.share.expected": "Su parte en promedio",
    "plans.aside": "Reserve para su parte (alcanza en 19 de cada 20 años)",
    "plans.reached": "Llegan al máximo del plan",
    "plans.reached.few": "Menos de 1 de cada 100",
    "plans.worst": "Lo máximo que puede pagar, con la prima",
    "plans.bars": "Las barras son el año promedio: primero la prima, después su parte. La línea cortada es un año "
    "malo: 1 de cada 20 cuesta más. Todas las barras tienen una misma escala.",
    "plans.note": "Los planes son ejemplos. Escriba los suyos. Los médicos fuera de la red del plan y la atención "
    "que no cubre cuestan más.",
    "plans.change": "Cambiar este plan",
    "plans.add": "Agregar un plan",
    "plans.remove": "Quitar {name}",
    "plans.own": "Mi plan",
    "plans.name": "Nombre",
    "plans.premium": "Prima al año",
    "plans.premium.help": "Doce veces la prima mensual, por todas las personas del plan.",
    "plans.deductible": "Deducible",
    "plans.deductible.help": "Lo que paga primero una persona, antes de que pague el plan.",
    "plans.copay": "Copagos en un año",
    "plans.copay.help": "Lo que cuestan en total las consultas y recetas. 0 si no hay.",
    "plans.out_of_pocket_maximum": "Máximo de gastos propios",
    "plans.out_of_pocket_maximum.help": "Lo máximo que paga una persona en un año, sin la prima.",
    "plans.coinsurance": "Coseguro",
    "plans.coinsurance.help": "Su parte después del deducible.",
    "plans.wrong.amount": "Escriba una cantidad de 0 o más, por ejemplo 3000.",
    "plans.wrong.share": "Escriba un porcentaje de 0 a 100.",
    "plans.wrong.maximum": "Escriba una cantidad que no sea menor que el deducible.",
    "plans.stale": "Estos son todavía los números de sus últimos datos. Corrija el dato marcado para actualizarlos.",
    "plans.household": "Quiénes están en el plan",
    "plans.household.lead": "Guarde aquí a una persona y llene el formulario para la siguiente. El deducible y el "
    "máximo de una familia son el doble de los de una persona.",
    "plans.member.form": "La persona del formulario",
    "plans.join": "Guardar a esta persona y agregar otra",
    "plans.joined": "Hay {count} personas en el plan.",
    "plans.leave": "Quitar",
    "plans.leave.who": "Quitar a {who}",
}
