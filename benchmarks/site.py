"""The website against stock Jupyter Book: the same chapter, built by both, in one browser.

``python -m benchmarks.site`` (``make bench-site``) prints bytes, requests, first paint and layout
shift of a first visit on a slow line. Stock loads MathJax from another host; to be measured
without the internet, and to its advantage, it gets MathJax from the same server.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import yaml
from playwright.sync_api import Browser, sync_playwright

from benchmarks.site_figures import report as report_figures
from benchmarks.site_live import compressing, report
from web.book.editions import EDITIONS, ROOT
from web.book.notebooks import belongs, read
from web.fetched.fetch import fetch
from web.maintain import chromium

STEM = "01_one_hot_matmul"
RESULTS = ROOT / "_build" / "bench"
ROUNDS = 3
SLOW_LINE = {
    "offline": False,
    "latency": 150,  # milliseconds
    "downloadThroughput": 1_600_000 / 8,  # bytes a second
    "uploadThroughput": 750_000 / 8,
}
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
PAINT = 'performance.getEntriesByName("first-contentful-paint")[0].startTime'


def build_stock(folder: Path) -> Path:
    """The chapter in English, built by Jupyter Book as it comes; returns the site."""
    notebook = read(ROOT / "chapters" / f"{STEM}.ipynb")
    notebook["cells"] = [c for c in notebook["cells"] if belongs(c, EDITIONS["en"])]
    (folder / "chapters").mkdir()
    nbformat.write(notebook, folder / "chapters" / f"{STEM}.ipynb")
    shutil.copytree(ROOT / "imgs", folder / "imgs")
    config = {
        "title": "stock",
        "execute": {"execute_notebooks": "off"},
        "parse": {"myst_enable_extensions": ["dollarmath", "amsmath", "colon_fence"]},
        "sphinx": {"config": {"mathjax_path": "/mathjax/tex-mml-chtml.js"}},
    }
    (folder / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")
    contents = {"format": "jb-book", "root": f"chapters/{STEM}"}
    (folder / "_toc.yml").write_text(yaml.safe_dump(contents), "utf-8")
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", "--quiet", "."]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if answer.returncode:
        sys.exit(f"bench-site: stock Jupyter Book failed: {answer.stderr.strip()[-500:]}")
    site = folder / "_build" / "html"
    shutil.copytree(fetch("mathjax") / "es5", site / "mathjax")
    return site


def visit(browser: Browser, address: str, page: str) -> dict[str, float]:
    """A first visit: nothing is in the cache, the line is slow."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    answers: list[Any] = []

    def note(answer: Any) -> None:
        answers.append(answer)

    tab.on("response", note)
    tab.route(lambda url: not url.startswith((address, "data:")), lambda route: route.abort())
    tab.add_init_script(SHIFTS)
    line = context.new_cdp_session(tab)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_LINE)
    # Stock Jupyter Book gives no sign that its scripts are done: a quiet line must do.
    tab.goto(f"{address}/{page}", wait_until="networkidle")
    tab.wait_for_timeout(1000)  # formulas that scripts set come later
    own = [a for a in answers if a.ok and "/_images/" not in urlsplit(a.url).path]
    found = {
        "KB": sum(wire_size(a) for a in own) / 1000,
        "requests": float(len(own)),
        "first paint, s": tab.evaluate(PAINT) / 1000,
        "layout shift": tab.evaluate("window.shift"),
    }
    context.close()
    return found


def wire_size(answer: Any) -> int:
    sent = answer.headers.get("content-length")
    return int(sent) if sent else len(answer.body())


def measure(browser: Browser, site: Path, page: str) -> dict[str, float]:
    with compressing(site) as address:
        rounds = [visit(browser, address, page) for _ in range(ROUNDS)]
    return {what: statistics.median(r[what] for r in rounds) for what in rounds[0]}


def table(stock: dict[str, float], ours: dict[str, float]) -> str:
    lines = ["| a first visit of chapter 1 | stock Jupyter Book | this book |", "|---|---:|---:|"]
    digits = {"KB": 0, "first paint, s": 1, "layout shift": 3}
    for what in stock:
        places = digits.get(what, 0)
        lines.append(f"| {what} | {stock[what]:.{places}f} | {ours[what]:.{places}f} |")
    return "\n".join(lines)


def main() -> None:
    page = f"chapters/{STEM}.html"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        print("building the chapter with stock Jupyter Book", flush=True)
        stock_site = build_stock(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        print("visiting both, three times each", flush=True)
        stock = measure(browser, stock_site, page)
        ours = measure(browser, ROOT / "_build" / "site", f"en/{page}")
        browser.close()
    print(
        f"\nGzipped, without the chapter's figures, 1.6 Mbit/s and 150 ms, median of {ROUNDS}:\n"
    )
    print(table(stock, ours))
    print("\nA live cell, first in a browser that has nothing:\n", flush=True)
    print(report())
    print("\nFigures at play, on a phone whose processor is throttled:\n", flush=True)
    print(report_figures())
    RESULTS.mkdir(parents=True, exist_ok=True)
    results = {"stock": stock, "ours": ours}
    (RESULTS / "site.json").write_text(json.dumps(results, indent=1), "utf-8")


if __name__ == "__main__":
    main()
