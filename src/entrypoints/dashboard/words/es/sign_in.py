"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, str]] = {
    "sign_in.title": "Iniciar sesión",
    "sign_in.lead": "Algunas páginas son solo para quien administra.",
    "sign_in.first": "Aún no hay contraseña. Elija una. Se puede hacer una sola vez y solo en esta computadora.",
    "sign_in.password": "Contraseña",
    "sign_in.again": "La misma contraseña otra vez",
    "sign_in.rule": "De 12 a 200 caracteres. Unas palabras que recuerde están bien.",
    "sign_in.do": "Iniciar sesión",
    "sign_in.set": "Fijar la contraseña",
    "sign_in.admin": "Sesión de administración",
    "sign_in.out": "Cerrar sesión",
    "sign_in.wrong": "Esta no es la contraseña.",
    "sign_in.wrong.do": "Revísela e inténtelo otra vez. Tras varios errores hay que esperar.",
    "sign_in.locked": "Demasiadas contraseñas erradas.",
    "sign_in.locked.do": "Espere {wait} e inténtelo otra vez. Hasta entonces no se mira ni la correcta.",
    "sign_in.seconds": "{count} segundos",
    "sign_in.minute": "1 minuto",
    "sign_in.minutes": "{count} minutos",
    "sign_in.ended": "Se cerró su sesión.",
    "sign_in.ended.do": "Iníciela de nuevo para seguir.",
    "sign_in.away": "Ahora mismo no alcanzamos nuestros registros.",
    "sign_in.away.do": "Inténtelo en un momento.",
    "sign_in.short": "No se fijó esta contraseña.",
    "sign_in.short.do": "Elija una de 12 a 200 caracteres.",
    "sign_in.different": "Las dos contraseñas no son iguales.",
    "sign_in.different.do": "Escríbalas de nuevo.",
    "sign_in.late": "Ya se había fijado otra contraseña.",
    "sign_in.late.do": "Inicie sesión con esa.",
    "sign_in.none": "Aún no hay contraseña.",
    "sign_in.none.do": "Fíjela en el servidor: ejecute allí «medcost admin password».",
}
