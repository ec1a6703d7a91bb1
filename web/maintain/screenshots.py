"""Photograph every page of the built site, to be looked at: ``make pictures``.

Both languages, light and dark, 1280 and 375 pixels wide, into ``_build/pictures``; and into
``imgs/`` what others show of the book: the pictures of the READMEs (figures to play with, played
to their end), of links to the site (Open Graph wants PNG), and the icons.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from web.book.editions import EDITIONS, ROOT
from web.book.notebooks import paths
from web.book.words import WORDS
from web.explore.explore import first_places
from web.maintain import chromium
from web.site.server import serving

PICTURES = ROOT / "_build" / "pictures"
WIDTHS = {1280: 900, 375: 800}


# A page is ready when each of its scripts has left its sign: the theme's keeps what it has set,
# ours names the colour mode and adds the voice, the copy buttons and those of live cells are
# there, and so are the figures to play with that come near, the search has answered; and the
# fonts, which may come after the load event, have come.
READY = """() => {
  const all = (names) => [...document.querySelectorAll(names)];
  if (document.readyState !== "complete" || document.fonts.status !== "loaded") return false;
  if (!all("script[src*='book.mjs']").length) return true; // front page, missing page
  const [status] = all("#search-status");
  const words = status && JSON.parse(all("#search-settings")[0].textContent).words;
  const asked = new URLSearchParams(location.search).get("q");
  return Boolean(localStorage.theme)
    && all(".theme-switch-button").every((button) => button.ariaLabel.includes(" · "))
    && (!all("article").length || all("[role=status].visually-hidden").length > 0)
    && (!all("article .highlight pre").length || all(".copybtn").length > 0)
    && (!all("#live-bar").length || !all(".cell.tag_live:not(.live)").length)
    && all("[id^=emb-]").every((figure) => {
      const { top, bottom } = figure.getBoundingClientRect();
      return "ready" in figure.dataset || top > innerHeight + 500 || bottom < -500;
    })
    && (!status || status.textContent !== words.loading
      && (asked ? status.textContent !== "" : document.activeElement.name === "q"));
}"""


def ready(page: Page) -> Page:
    """Until the page is as its scripts leave it (not: until the line is quiet)."""
    page.wait_for_function(READY)
    return page


def load_pictures(page: Page) -> None:
    """Also those that wait until a reader comes near."""
    page.evaluate("[...document.images].forEach(image => { image.loading = 'eager'; })")
    page.wait_for_function("[...document.images].every(image => image.complete)")


def photograph(browser: Browser, site: str, code: str, theme: str, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    for path in paths():
        page.goto(f"{site}/{code}/chapters/{path.stem}.html", wait_until="load")
        load_pictures(ready(page))
        name = f"{path.stem}-{code}-{theme}-{width}.png"
        page.screenshot(path=PICTURES / name, full_page=True)
        if (path.stem, theme, width) == ("01_one_hot_matmul", "light", 1280):
            page.screenshot(path=ROOT / "imgs" / f"site-{code}.png")
        print(name, flush=True)
    context.close()


def photograph_figures(browser: Browser, site: str, code: str) -> None:
    """Each figure to play with as it is at the end, which a reader who wants it still sees."""
    context = browser.new_context(
        viewport={"width": 760, "height": 1600}, device_scale_factor=1.5, reduced_motion="reduce"
    )
    page = context.new_page()
    for name, stem in first_places().items():
        page.goto(f"{site}/{code}/chapters/{stem}.html", wait_until="load")
        figure = page.locator(name).first
        figure.scroll_into_view_if_needed()
        page.wait_for_selector(f"{name}[data-ready]")
        play = figure.locator("[data-do=play]")
        if play.count():
            play.click()
        path = ROOT / "imgs" / f"{name}-{code}.png"
        figure.screenshot(path=path)
        Image.open(path).quantize(64).save(path, optimize=True)  # a fifth of the bytes
        print(path.name, flush=True)
    context.close()


def draw_shared(browser: Browser) -> None:
    """1200 × 630, the size that Open Graph asks for; the icons for what reads no SVG."""
    page = browser.new_page(viewport={"width": 1200, "height": 630})
    layout = Path(__file__).with_name("share.html").read_text("utf-8")
    figure = (ROOT / "imgs" / "cover.svg").read_text("utf-8")
    for code, edition in EDITIONS.items():
        says = WORDS["card"][code]["share"]
        page.set_content(
            layout.format(lang=edition.hreflang, title=edition.title, words=says, figure=figure)
        )
        page.screenshot(path=ROOT / "imgs" / f"share-{code}.png")
    icon = (ROOT / "imgs" / "favicon.svg").read_text("utf-8")
    for size in (32, 180):
        page.set_viewport_size({"width": size, "height": size})
        paper = "background:#fff" if size == 180 else ""  # a phone puts black behind nothing
        page.set_content(
            f"<style>body{{margin:0;{paper}}}svg{{display:block;width:100%;height:auto}}</style>{icon}"
        )
        page.screenshot(path=ROOT / "imgs" / f"icon-{size}.png", omit_background=True)
    page.close()


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with serving(ROOT / "_build" / "site") as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        draw_shared(browser)
        for code in EDITIONS:
            photograph_figures(browser, site, code)
            for theme in ("light", "dark"):
                for width in WIDTHS:
                    photograph(browser, site, code, theme, width)
        browser.close()


if __name__ == "__main__":
    main()
