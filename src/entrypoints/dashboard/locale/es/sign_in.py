"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "sign_in.title": "Iniciar sesión",
    "sign_in.lead": "Algunas páginas son solo para quien administra.",
    "sign_in.first": "Aún no hay contraseña. Elija una contraseña. Se puede hacer una sola vez y solo en esta "
    "computadora.",
    "sign_in.password": "Contraseña",
    "sign_in.again": "La misma contraseña otra vez",
    "sign_in.rule": "De 12 a 200 caracteres. Unas palabras que recuerde están bien.",
    "sign_in.do": "Iniciar sesión",
    "sign_in.set": "Guardar la contraseña",
    "sign_in.admin": "Sesión de administración",
    "sign_in.out": "Cerrar sesión",
    "sign_in.wrong": "La contraseña no es correcta.",
    "sign_in.wrong.do": "Revise la contraseña e inténtelo otra vez. Tras varias contraseñas incorrectas hay que "
    "esperar.",
    "sign_in.locked": "Demasiadas contraseñas incorrectas.",
    "sign_in.locked.do": "Espere {wait} e inténtelo otra vez. Hasta entonces no se aceptará ninguna contraseña.",
    "sign_in.seconds": "{count} segundos",
    "sign_in.minute": "1 minuto",
    "sign_in.minutes": "{count} minutos",
    "sign_in.ended": "Se cerró su sesión.",
    "sign_in.ended.do": "Inicie sesión de nuevo para seguir.",
    "sign_in.away": "No pudimos leer nuestros registros.",
    "sign_in.away.do": "Inténtelo en un momento.",
    "sign_in.short": "No se guardó la contraseña.",
    "sign_in.short.do": "Elija una contraseña de 12 a 200 caracteres.",
    "sign_in.different": "Las dos contraseñas no son iguales.",
    "sign_in.different.do": "Escríbalas de nuevo.",
    "sign_in.late": "Alguien fijó una contraseña antes que usted.",
    "sign_in.late.do": "Inicie sesión con esa contraseña.",
    "sign_in.none": "Aún no hay contraseña.",
    "sign_in.none.do": "Fije una contraseña en el servidor: ejecute allí «medcost admin password».",
}
