"""The colours of the book: one file for figures, code and pages.

`palette.json` names roles (paper, ink, muted, grid, and six accents), each with a light and a dark
value. Here they are read the other way round, by mode.
"""

import json
from collections.abc import Mapping
from importlib.resources import files

_ROLES: dict[str, dict[str, str]] = json.loads(
    files("embedlib").joinpath("palette.json").read_text(encoding="utf-8")
)

PALETTE: Mapping[str, Mapping[str, str]] = {
    mode: {role: values[mode] for role, values in _ROLES.items()} for mode in ("light", "dark")
}
"""Colours as ``#rrggbb``, by mode and role.

>>> PALETTE["light"]["paper"]
'#ffffff'
"""
