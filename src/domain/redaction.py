"""Addresses without the passwords in them."""

from __future__ import annotations

import re
from typing import Final

_PASSWORD: Final = re.compile(r"(?P<before>\w[\w+.-]*://[^\s/:@]*):(?:[^\s/@]|@(?=[^\s/]*@))*@")
_PARAMETER: Final = re.compile(r"(?P<before>[?&\s](?:password|sslpassword|passfile)=)[^\s&]*", re.IGNORECASE)


def without_passwords(text: str) -> str:
    """Return a text in which the password of each address is three dots.

    >>> without_passwords("postgresql://api:s3cr:et@db/medcost is away, http://host:5000/x is not")
    'postgresql://api:…@db/medcost is away, http://host:5000/x is not'
    >>> without_passwords("redis://:pass@word@host/1?sslmode=on&password=x")
    'redis://:…@host/1?sslmode=on&password=…'
    """
    return _PARAMETER.sub(r"\g<before>…", _PASSWORD.sub(r"\g<before>:…@", text))
