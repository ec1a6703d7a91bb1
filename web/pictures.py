"""Photograph every page of the built site, to be looked at: ``make pictures``.

Both languages, light and dark, 1280 and 375 pixels wide, into ``_build/pictures``; and the two
pictures of the READMEs into ``imgs/``.
"""

from __future__ import annotations

from playwright.sync_api import Browser, sync_playwright

from web import chromium
from web.editions import EDITIONS, ROOT
from web.notebooks import paths
from web.server import serving

PICTURES = ROOT / "_build" / "pictures"
WIDTHS = {1280: 900, 375: 800}


def photograph(browser: Browser, site: str, code: str, theme: str, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    for path in paths():
        page.goto(f"{site}/{code}/chapters/{path.stem}.html", wait_until="networkidle")
        name = f"{path.stem}-{code}-{theme}-{width}.png"
        page.screenshot(path=PICTURES / name, full_page=True)
        if (path.stem, theme, width) == ("01_one_hot_matmul", "light", 1280):
            page.screenshot(path=ROOT / "imgs" / f"site-{code}.png")
        print(name, flush=True)
    context.close()


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with serving(ROOT / "_build" / "site") as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        for code in EDITIONS:
            for theme in ("light", "dark"):
                for width in WIDTHS:
                    photograph(browser, site, code, theme, width)
        browser.close()


if __name__ == "__main__":
    main()
