"""The parts of a Markdown text that are no prose: code, formulas, pictures."""

from __future__ import annotations

import re

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`+([^`]+)`+")
DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
INLINE = re.compile(r"\$([^$\n]+)\$")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]*)\)")
