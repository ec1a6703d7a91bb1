"""PNG twins of SVG pictures: Colab shows no SVG in a text, an untrusted JupyterLab none at all.

``python -m web.maintain.png`` (part of ``make figures``) writes the twin of each figure in imgs/;
``make execute`` gives one to each picture that a cell drew as SVG alone.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import resvg_py

from web.book.editions import ROOT

# Matplotlib's own font, so that the twins do not depend on the fonts of a machine.
MONO = "DejaVu Sans Mono"
FONTS = [
    str(Path(mpl.get_data_path(), "fonts", "ttf", f"DejaVuSansMono{face}.ttf"))
    for face in ("", "-Bold")
]
# A picture in a text is shown at its own size, since Markdown cannot say another: sharp enough,
# and not wider than a notebook. An output says how large it is to be shown.
IN_A_TEXT, IN_AN_OUTPUT = 1.5, 2


def png(svg: str, zoom: float) -> bytes:
    """The picture in its light colours, on paper, ``zoom`` times as many pixels each way."""
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=zoom,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=FONTS,
        font_family=MONO,
        monospace_family=MONO,
    )
    return bytes(drawn)


def figures() -> list[Path]:
    """The figures of the texts; the small picture of a browser's tab is none."""
    return [path for path in sorted((ROOT / "imgs").glob("*.svg")) if path.stem != "favicon"]


if __name__ == "__main__":
    for figure in figures():
        figure.with_suffix(".png").write_bytes(png(figure.read_text("utf-8"), IN_A_TEXT))
