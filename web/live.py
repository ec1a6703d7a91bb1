"""Live cells: Run, Edit, Reset and Stop on the cells that need NumPy and ``embedlib`` alone.

A Sphinx extension that marks the pages, and what ``web.build`` asks for: Python for the browser
(Pyodide, NumPy, the wheel of ``embedlib``), in one folder that both editions share. The scripts
are in ``web/static/live``; nothing but ``live.mjs`` is loaded before a reader presses a button.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import shutil
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from web.editions import EDITIONS, ROOT
from web.fetch import fetch

LICENCES = ROOT / "web" / "licences" / "pyodide"
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LIVE_CELL = 'class="cell tag_live'

# What the buttons and messages say. {…} is filled in by the scripts.
WORDS = {
    "en": {
        "run": "Run",
        "edit": "Edit",
        "reset": "Reset",
        "stop": "Stop",
        "cell": "Live cell {n}",
        "code": "Code of cell {n}",
        "output": "Output of cell {n}",
        "keys": "Shift+Enter runs, Tab indents, Esc leaves",
        "waiting": "Waiting for its turn…",
        "loading": "Loading Python: {done} of {all} MB",
        "starting": "Starting Python… (once on each page, some seconds)",
        "running": "Running…",
        "long": "Still running. Stop ends it.",
        "earlier": "Running the cells above…",
        "done": "Done in {ms} ms",
        "error": "Error: {name}",
        "blocked": "Not run: a cell above ends in an error. Mend it, or press Run to go on "
        "without it.",
        "there": "To that cell",
        "stopped": "Stopped. All variables are lost: the next Run begins with the first cell. "
        "A cell that loops loops again: edit or reset it first.",
        "reset_done": "Code and output are those of the book again; variables stay as they are.",
        "cut": "The output is cut here: it is too long for a page.",
        "again": "The connection broke. Trying again ({n} of {most})…",
        "offline": "Python could not be loaded. Check the connection and press Run again.",
        "slow": "Python did not arrive in time. Press Run to go on loading.",
        "crashed": "Python broke down. What it knew is lost: the next Run starts anew.",
        "instead": "Other ways to run this page",
        "missing": "{name} is too large for a page: live cells have NumPy and embedlib alone. "
        "To run {name}:",
    },
    "zh": {
        "run": "运行",
        "edit": "编辑",
        "reset": "还原",
        "stop": "停止",
        "cell": "可运行的单元格 {n}",
        "code": "单元格 {n} 的代码",
        "output": "单元格 {n} 的输出",
        "keys": "Shift+Enter 运行，Tab 缩进，Esc 离开",
        "waiting": "排队等候……",
        "loading": "正在下载 Python：{done} / {all} MB",
        "starting": "正在启动 Python……（每一页一次，要等几秒）",
        "running": "正在运行……",
        "long": "还在运行。按“停止”可以结束它。",
        "earlier": "先运行前面的单元格……",
        "done": "运行完毕，用时 {ms} 毫秒",
        "error": "出错：{name}",
        "blocked": "没有运行：前面有单元格出错。改好它，或者再按一次“运行”，跳过它。",
        "there": "去那个单元格",
        "stopped": "已停止，变量都没有了：下次运行从第一个单元格跑起。"
        "停不下来的单元格还会停不下来：先改好它，或者还原。",
        "reset_done": "代码和输出已还原，变量没有变。",
        "cut": "输出太长，页面放不下，后面的不再显示。",
        "again": "连接断了，正在重试（第 {n} 次，共 {most} 次）……",
        "offline": "Python 没有下载成功。请检查网络，再按“运行”。",
        "slow": "等了太久，Python 还没有下载完。按“运行”可以接着下载。",
        "crashed": "Python 崩溃了，变量都没有了：下次运行会重新启动。",
        "instead": "这一页的其他运行方式",
        "missing": "{name} 太大，页面里放不下：这里只有 NumPy 和 embedlib。要运行 {name}：",
    },
}


def add_buttons(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """A page with live cells gets the row of buttons, which ``live.mjs`` copies to each cell."""
    if not app.config.live or LIVE_CELL not in context.get("body", ""):
        return
    ways = context["pathto"]("chapters/ways_to_run")
    row = app.builder.templates.render(
        "live.html", {"words": WORDS[app.config.edition], "ways": ways}
    )
    context["body"] += row
    app.add_js_file("live/live.mjs", type="module")


def ship(site: Path, wheel: Path) -> None:
    """Put Python for the browser into the site, and tell the scripts where it is."""
    folder = site / f"pyodide-{version()}"
    shutil.copytree(LICENCES, folder)
    ipython = distribution("ipython")
    licence = next(path for path in ipython.files or [] if path.name == "LICENSE")
    shutil.copy(str(ipython.locate_file("IPython/lib/pretty.py")), folder)
    shutil.copy(str(ipython.locate_file(licence)), folder / "IPython.txt")
    numpy = next(fetch("pyodide-numpy").glob("*.whl"))
    for path in (*(fetch("pyodide") / name for name in PYODIDE), numpy):
        shutil.copy(path, folder)
    files = {name: folder / name for name in (*PYODIDE, "pretty.py")}
    files |= {"numpy": folder / numpy.name, "embedlib": wheel}
    for code in EDITIONS:
        scripts = site / code / "_static" / "live"
        files["run_cell.py"] = scripts / "run_cell.py"
        edition = {
            "words": WORDS[code],
            "lock": json.loads((fetch("pyodide") / "pyodide-lock.json").read_text())["info"],
            "files": [describe(name, path, scripts) for name, path in files.items()],
        }
        text = f"export default {json.dumps(edition, ensure_ascii=False, indent=1)};\n"
        (scripts / "edition.mjs").write_text(text, "utf-8")


def describe(name: str, path: Path, scripts: Path) -> dict[str, Any]:
    """One file that Python needs: its size, and its address as seen from the scripts.

    The hash in the address makes a browser fetch it anew when it has changed.
    """
    content = path.read_bytes()
    address = posixpath.relpath(path.as_posix(), scripts.as_posix())
    digest = hashlib.sha256(content).hexdigest()[:8]
    return {"name": name, "address": f"{address}?v={digest}", "bytes": len(content)}


def version() -> str:
    return fetch("pyodide").name.removeprefix("pyodide-")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("live", False, "html", description="Python for the browser is there")
    app.connect("html-page-context", add_buttons, priority=400)  # the theme renders at 500
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
