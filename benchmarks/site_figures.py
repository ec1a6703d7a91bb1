"""How steadily the figures to play with move: ``python -m benchmarks.site_figures``.

Chromium's processor is throttled to a quarter; the window is a phone's. What counts is the time
between two frames while a figure plays: 17 ms is as smooth as a screen gets, 50 ms is seen.
"""

from __future__ import annotations

import statistics
from itertools import pairwise

from playwright.sync_api import Browser, sync_playwright

from web.book.editions import ROOT
from web.explore.explore import first_places
from web.maintain import chromium
from web.site.server import serving

THROTTLE = 4
SITE = ROOT / "_build" / "site"
# Presses play, and notes when frames come until the figure rests, or for five seconds.
PLAYED = """figure => new Promise((done) => {
  const button = figure.shadowRoot.querySelector("[data-do=play]");
  if (!button) { done([]); return; }
  const times = [];
  button.click();
  const frame = (now) => {
    times.push(now);
    if (figure.ticking && now - times[0] < 5000) requestAnimationFrame(frame);
    else done(times);
  };
  requestAnimationFrame(frame);
})"""


def frames(browser: Browser, address: str, stem: str, name: str) -> list[float]:
    """Milliseconds between the frames of one playing; nothing where there is nothing to play."""
    context = browser.new_context(viewport={"width": 375, "height": 667})
    page = context.new_page()
    page.goto(f"{address}/en/chapters/{stem}.html")
    figure = page.locator(name).first
    figure.scroll_into_view_if_needed()
    page.wait_for_selector(f"{name}[data-ready]")
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    times = figure.evaluate(PLAYED)
    context.close()
    return [later - sooner for sooner, later in pairwise(times)]


def report() -> str:
    lines = [
        "| figure | frames | median, ms | 95 of 100 within, ms | longest, ms |",
        "|---|---:|---:|---:|---:|",
    ]
    with serving(SITE) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        for name, stem in first_places().items():
            if gaps := frames(browser, address, stem, name):
                high = statistics.quantiles(gaps, n=20)[-1]
                lines.append(
                    f"| {name} | {len(gaps)} | {statistics.median(gaps):.0f} | {high:.0f} "
                    f"| {max(gaps):.0f} |"
                )
        browser.close()
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
