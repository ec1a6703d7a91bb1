"""How long a reader waits for a live cell: ``python -m benchmarks.site_live`` after ``make book``.

Chromium is throttled to 10 Mbit/s and 80 ms; the server compresses, as published sites do.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from web.book.editions import ROOT
from web.book.words import WORDS
from web.maintain import chromium
from web.site.server import serving

SITE = ROOT / "_build" / "site"
PAGE = "en/chapters/ways_to_run.html"
MEGABITS, LATENCY = 10, 80  # per second, milliseconds
UNTIL_KEPT = """async () => {
  for (let turn = 0; turn < 600; turn++) {
    if ((await (await caches.open("nn-embedding-python")).keys()).length) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the decoded pack was not kept");
}"""
UNTIL_DONE = """done => new Promise((resolve, reject) => {
  const cell = document.querySelector(".cell.live"), status = cell.querySelector(".live-status");
  status.textContent = "";
  const start = performance.now();
  new MutationObserver((_, observer) => {
    if (!status.textContent.includes(done)) return;
    observer.disconnect();
    resolve((performance.now() - start) / 1000);
  }).observe(status, { childList: true, characterData: true, subtree: true });
  cell.querySelector("[data-do=run]").click();
  setTimeout(() => reject(new Error(status.textContent)), 300_000);
})"""
DONE = WORDS["live"]["en"]["done"].split("{")[0]


class Compressing(SimpleHTTPRequestHandler):
    """Serves as a published site does: compressed, and kept by the browser."""

    sent = 0  # bytes of bodies, all requests together
    compressed: dict[str, bytes]

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = self.compressed.get(str(path)) or gzip.compress(path.read_bytes(), 6)
        self.compressed[str(path)] = body
        type(self).sent += len(body)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing about requests."""


@contextmanager
def compressing(folder: Path) -> Iterator[str]:
    Compressing.sent, Compressing.compressed = 0, {}
    for path in folder.glob("pyodide-*/*.*"):  # so that no reader waits for the compression
        Compressing.compressed[str(path)] = gzip.compress(path.read_bytes(), 6)
    with serving(folder, Compressing) as address:
        yield address


def visit(page: Page, address: str) -> None:
    throttle = page.context.new_cdp_session(page)
    throttle.send("Network.enable")
    rate = MEGABITS * 1e6 / 8
    limits = {"latency": LATENCY, "downloadThroughput": rate, "uploadThroughput": rate}
    throttle.send("Network.emulateNetworkConditions", {"offline": False, **limits})
    page.goto(f"{address}/{PAGE}", wait_until="load")
    page.wait_for_selector(".live-bar")


def seconds_to_run(page: Page) -> float:
    """Measured in the page: Playwright looks once in a while."""
    return float(page.evaluate(UNTIL_DONE, DONE))


def keep(page: Page) -> None:
    """Keep the edition on the device."""
    row = page.locator("nn-keep .keep-row").first
    row.get_by_role("button").click()
    row.get_by_role("status").filter(has_text="Done").wait_for(timeout=300_000)


def measure() -> dict[str, float]:
    """Seconds to the first result, at a later visit, with the edition on the device, of a run
    again; and the bytes' own time."""
    with compressing(SITE) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        context = browser.new_context()
        page = context.new_page()
        visit(page, address)
        before = Compressing.sent
        first = seconds_to_run(page)
        megabytes = (Compressing.sent - before) / 1e6
        again = min(seconds_to_run(page) for _ in range(5))
        page.evaluate(UNTIL_KEPT)  # while a reader reads on
        later_page = context.new_page()
        visit(later_page, address)
        later = seconds_to_run(later_page)
        keep(later_page)
        for _ in range(4):  # a browser keeps compiled what it has met some times
            kept_page = context.new_page()
            visit(kept_page, address)
            kept = seconds_to_run(kept_page)
            kept_page.wait_for_timeout(2000)
        browser.close()
    return {
        "megabytes": megabytes,
        "bytes": megabytes * 8 / MEGABITS,
        "first": first,
        "later": later,
        "kept": kept,
        "again": again,
    }


def report() -> str:
    m = measure()
    return "\n".join(
        [
            f"live cells, {MEGABITS} Mbit/s, {LATENCY} ms, gzip (goals in brackets)",
            f"  first result   {m['first']:6.2f} s   (7 s; {m['megabytes']:.2f} MB, of 5.3, which "
            f"take {m['bytes']:.2f} s by themselves)",
            f"  a later visit  {m['later']:6.2f} s   (2 s)",
            f"  kept on device {m['kept']:6.2f} s   (1.5 s)",
            f"  a run again    {m['again'] * 1000:6.0f} ms  (100 ms)",
        ]
    )


if __name__ == "__main__":
    print(report())
