"""An edition kept on the reader's device, in a real Chromium: the network is cut by ending the
server."""

import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
import zipfile
from contextlib import suppress
from functools import partial

import pytest
from playwright.sync_api import expect

from benchmarks.site_live import UNTIL_KEPT
from tests.pages import MODEL, SITE, STEMS, both_editions
from tests.site import browsing
from tests.site.browsing import axe, watch
from tests.site.live import PATIENCE, Reader
from web.book.editions import EDITIONS, ROOT
from web.book.words import WORDS
from web.keep.lists import digest, write_lists
from web.site.server import Handler, server

pytestmark = pytest.mark.check

in_one = partial(pytest.mark.parametrize, "code")  # the scripts are the same, words have a test
PANEL = "chapters/ways_to_run.html#no-network"
NO_LIST = re.compile(r"Failed to load resource")  # a page asks for keep.json, which cannot come


class Place:
    """A copy of the site, at an address that stays when its server ends and begins again."""

    def __init__(self, folder):
        self.folder, self.port, self.running = folder, 0, None
        self.asked, self.broken = [], set()
        self.begin()

    def begin(self):
        place = self

        class Watched(Handler):
            def do_GET(self):
                path = self.path.split("?")[0].lstrip("/")
                place.asked.append(path)
                if any(path.endswith(end) for end in place.broken):
                    self.connection.close()
                else:
                    with suppress(ConnectionError):
                        super().do_GET()

        self.running = server(self.folder, self.port, Watched)
        self.port = self.running.server_port
        threading.Thread(target=self.running.serve_forever, daemon=True).start()

    def cut(self):
        self.running.shutdown()
        self.running.server_close()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def change(self, path, old, new):
        """Publish a new version."""
        file = self.folder / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
        write_lists(self.folder)

    def listed(self, code):
        return json.loads((self.folder / code / "keep.json").read_text("utf-8"))


@pytest.fixture
def place(tmp_path):
    place = Place(shutil.copytree(SITE, tmp_path / "site"))
    yield place
    with suppress(OSError):
        place.cut()


@pytest.fixture
def context(new_context):
    return new_context()


def open_page(context, place, path):
    page = watch(context.new_page(), place.address)
    page.goto(f"{place.address}/{path}", wait_until="load")
    return page


def panel(context, place, code):
    page = open_page(context, place, f"{code}/{PANEL}")
    expect(row(page).get_by_role("button").first).to_be_visible()
    return page


def row(page, number=0):
    return page.locator("nn-keep .keep-row").nth(number)


def pattern(code, word):
    """Of a message, whatever numbers are filled in."""
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(WORDS["keep"][code][word])))


def press(page, code, word, number=0):
    row(page, number).get_by_role("button", name=pattern(code, word)).click()


def hears(page, code, word, number=0):
    expect(row(page, number).get_by_role("status")).to_have_text(
        pattern(code, word), timeout=PATIENCE
    )


def keep(context, place, code):
    page = panel(context, place, code)
    press(page, code, "keep")
    hears(page, code, "done")
    return page


def installed(page):
    """How many workers, and which stores."""
    return page.evaluate(
        "async () => [(await navigator.serviceWorker.getRegistrations()).length,"
        " await caches.keys()]"
    )


def files_kept(page):
    return page.evaluate(
        "async () => (await (await caches.open('nn-embedding-files')).keys()).length"
    )


def run_first(page, code):
    reader = Reader(page, code)
    reader.run(reader.cell(0))


# --- what an edition consists of -----------------------------------------------------------------


@both_editions
def test_the_list_of_an_edition_has_what_the_site_serves(code):
    listed = json.loads((SITE / code / "keep.json").read_text("utf-8"))
    assert {f"{code}/chapters/{stem}.html" for stem in STEMS} <= listed["files"].keys()
    for path, (found, size) in listed["files"].items():
        assert (found, size) == (digest(SITE / path), (SITE / path).stat().st_size), path
    assert listed["bytes"] == sum(size for _, size in listed["files"].values())


# --- before it is asked for ----------------------------------------------------------------------


def test_nothing_is_installed_or_loaded_before_a_reader_asks(context, place):
    page = open_page(context, place, f"en/chapters/{MODEL}.html")
    browsing.ready(page)
    assert not [path for path in place.asked if "keep" in path]
    page = panel(context, place, "en")
    assert installed(page) == [0, []]


# --- without a network ---------------------------------------------------------------------------


@both_editions
def test_a_kept_edition_is_read_and_run_without_a_network(context, place, code):
    page = keep(context, place, code)
    place.cut()
    for stem in [*STEMS, "search"]:
        page = open_page(
            context,
            place,
            f"{code}/chapters/{stem}.html"
            if stem != "search"
            else f"{code}/search.html?q=padding",
        )
        browsing.ready(page)
        assert [fault for fault in page.faults if not NO_LIST.search(fault)] == [], stem
        broken = "imgs => imgs.filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
        assert page.eval_on_selector_all("article img", broken) == []
        if stem == "search":
            expect(page.locator(".search-places a").first).to_be_visible()
        if stem == MODEL:
            reader = Reader(page, code)
            reader.run(reader.cell(0))
            cell = reader.cell(0)
            reader.edit(cell, "import sqlite3, numpy.polynomial\nprint(2, numpy.polynomial)")
            reader.run(cell)  # neither came with the first Run
            assert reader.text(cell).startswith("2 ")
        page.close()


@in_one(["zh"])
def test_a_kept_figure_plays_without_a_network(context, place, code):
    keep(context, place, code)
    place.cut()
    page = open_page(context, place, f"{code}/chapters/index.html")
    figure = page.locator("emb-letters")
    figure.scroll_into_view_if_needed()
    expect(figure.get_by_role("button").first).to_be_visible()


def test_what_was_not_kept_says_so_without_a_network_and_is_the_sites_with_one(context, place):
    keep(context, place, "en")
    place.change(f"zh/chapters/{MODEL}.html", "</title>", " 今天的</title>")
    page = open_page(context, place, f"zh/chapters/{MODEL}.html")
    assert "今天的" in page.title()
    place.cut()
    page.reload()
    titles = [WORDS["away"][language]["title"] for language in EDITIONS]
    expect(page.locator("h1:visible")).to_have_text(titles)
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name=WORDS["away"]["en"]["contents"], exact=False).first.click()
    expect(page.locator("article h1")).to_be_visible()


def test_both_editions_can_be_kept_and_share_what_is_the_same(context, place):
    page = keep(context, place, "en")
    alone = files_kept(page)
    place.asked.clear()
    press(page, "en", "keep", 1)
    hears(page, "en", "done", 1)
    assert not [path for path in place.asked if path.endswith(".pack")]
    assert files_kept(page) < 2 * alone
    press(page, "en", "remove")
    press(page, "en", "yes")
    hears(page, "en", "removed")
    place.cut()
    page = open_page(context, place, f"zh/chapters/{MODEL}.html")
    run_first(page, "zh")


def test_a_kept_python_is_compiled_from_an_address_of_its_own(context, place):
    """What the worker answers with, the browser keeps compiled: the second visit has it there."""
    page = keep(context, place, "en")
    run_first(page, "en")
    page.evaluate(UNTIL_KEPT)
    for _ in range(2):
        place.asked.clear()
        page = open_page(context, place, f"en/chapters/{MODEL}.html")
        run_first(page, "en")
        addresses = page.evaluate(
            "async () => (await (await caches.open('nn-embedding-python')).keys()).map(r => r.url)"
        )
        assert [url for url in addresses if ".wasm?v=" in url]
        assert not [path for path in place.asked if path.endswith(".wasm")], (
            "it is not on the site"
        )
    place.cut()
    run_first(open_page(context, place, f"en/chapters/{STEMS[0]}.html"), "en")


# --- fetching it ---------------------------------------------------------------------------------


@in_one(["zh"])
def test_a_stop_keeps_what_has_come_and_the_rest_comes_later(context, place, code):
    place.broken = {"python.pack"}
    page = panel(context, place, code)
    press(page, code, "keep")
    expect(row(page)).to_contain_text(pattern(code, "coming"))
    press(page, code, "stop")
    hears(page, code, "stopped")
    expect(row(page).get_by_role("button", name=pattern(code, "go_on"))).to_be_visible()
    page.reload()
    expect(row(page)).to_contain_text(pattern(code, "some"))
    had = files_kept(page)
    assert had
    place.broken.clear()
    place.asked.clear()
    press(page, code, "go_on")
    hears(page, code, "done")
    asked = {path for path in place.asked if not path.endswith(("keep.json", "keep.js"))}
    assert len(asked) == len(place.listed(code)["files"]) - had
    place.cut()
    run_first(open_page(context, place, f"{code}/chapters/{MODEL}.html"), code)


@in_one(["en"])
def test_a_line_that_breaks_near_the_end_is_explained_and_nothing_that_worked_stops(
    context, place, code
):
    place.broken = {"python.pack"}
    page = panel(context, place, code)
    press(page, code, "keep")
    hears(page, code, "unreachable")
    sentence = row(page).get_by_role("status").inner_text()
    done, whole = (float(number) for number in re.findall(r"\d+\.\d", sentence))
    assert 0 < done < whole
    page.goto(f"{place.address}/{code}/chapters/{MODEL}.html")
    assert not [fault for fault in page.faults if "script error" in fault]
    place.broken.clear()
    page = panel(context, place, code)
    press(page, code, "go_on")
    hears(page, code, "done")


def test_a_site_that_cannot_be_reached_is_said_to_be_so(context, place):
    page = panel(context, place, "en")
    place.cut()
    press(page, "en", "keep")
    expect(row(page).get_by_role("status")).to_have_text(WORDS["keep"]["en"]["apart"])
    assert installed(page)[0] == 0


@in_one(["zh"])
def test_what_is_not_the_listed_file_is_not_kept(context, place, code):
    """The site was renewed after the list came, or something on the way answers for it."""
    page = panel(context, place, code)
    with (place.folder / code / "chapters" / f"{MODEL}.html").open("a") as file:
        file.write("another")
    press(page, code, "keep")
    hears(page, code, "changed")
    expect(row(page).get_by_role("button", name=pattern(code, "go_on"))).to_be_visible()
    write_lists(place.folder)
    press(page, code, "go_on")
    hears(page, code, "done")


FULL = {
    "the browser knows": "",
    "it comes out while storing": "navigator.storage.estimate = async () => ({});",
}


@pytest.mark.parametrize("known", FULL)
def test_a_full_disk_is_explained_and_changes_nothing(context, place, known):
    keep(context, place, "en")
    page = panel(context, place, "zh")
    page.evaluate(FULL[known])
    quota = {"origin": place.address, "quotaSize": 16_000_000}
    context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", quota)
    press(page, "zh", "keep")
    hears(page, "zh", "full")
    place.cut()
    run_first(open_page(context, place, f"en/chapters/{MODEL}.html"), "en")


REFUSING = {
    "no worker is allowed": "navigator.serviceWorker.register",
    "nothing is stored": "caches.open",
}


@pytest.mark.parametrize("how", REFUSING)
@in_one(["en"])
def test_a_device_that_refuses_is_explained_in_one_sentence(context, place, code, how):
    page = panel(context, place, code)
    refusal = "() => Promise.reject(new DOMException('', 'SecurityError'))"
    page.evaluate(f"{REFUSING[how]} = {refusal}; 0")
    press(page, code, "keep")
    hears(page, code, "forbidden")
    assert not [fault for fault in page.faults if "script error" in fault]
    page.goto(f"{place.address}/{code}/chapters/{MODEL}.html")
    run_first(page, code)


@both_editions
def test_a_browser_that_keeps_no_pages_says_so(context, place, code):
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = open_page(context, place, f"{code}/{PANEL}")
    expect(page.locator("nn-keep")).to_have_text(WORDS["keep"][code]["unsupported"])
    page = open_page(context, place, f"{code}/chapters/{MODEL}.html")
    browsing.ready(page)
    assert page.faults == []


# --- a newer version -----------------------------------------------------------------------------


def test_a_newer_version_is_told_and_comes_when_the_reader_wants_it(context, place):
    keep(context, place, "en")
    page = open_page(context, place, f"en/chapters/{MODEL}.html")
    expect(page.locator(".keep-told")).to_have_count(0)
    place.change(f"en/chapters/{MODEL}.html", "</title>", " of today</title>")
    page.reload()
    assert "of today" not in page.title(), "it was forced upon the reader"
    told = page.locator(".keep-told")
    expect(told).to_contain_text(WORDS["keep"]["en"]["newer"])
    told.get_by_role("button", name=WORDS["keep"]["en"]["later"]).click()
    page.reload()
    browsing.ready(page)
    expect(told).to_have_count(0)

    page = open_page(context, place, f"en/chapters/{STEMS[0]}.html")  # another window: told again
    page.locator(".keep-told a").click()
    expect(row(page)).to_contain_text(pattern("en", "newer"))
    place.asked.clear()
    press(page, "en", "update")
    hears(page, "en", "updated")
    changed = {path for path in place.asked if not path.endswith(("keep.json", "keep.js"))}
    assert changed == {f"en/chapters/{MODEL}.html"}, "more was fetched than has changed"
    page.goto(f"{place.address}/en/chapters/{MODEL}.html")
    assert "of today" in page.title(), "the worker serves a page of yesterday"
    expect(page.locator(".keep-told")).to_have_count(0)


def test_an_update_in_the_middle_of_a_chapter_leaves_its_scripts_as_they_were(context, place):
    keep(context, place, "en")
    reading = open_page(context, place, f"en/chapters/{MODEL}.html")
    browsing.ready(reading)
    with (place.folder / "en/_static/live/page.mjs").open("a") as script:
        script.write("throw new Error('this is of another version');\n")
    write_lists(place.folder)
    other = panel(context, place, "en")
    press(other, "en", "update")
    hears(other, "en", "updated")
    place.cut()
    open_page(context, place, f"en/chapters/{STEMS[0]}.html")  # the worker tidies up
    run_first(reading, "en")
    kept = files_kept(reading)
    reading.close()
    for stem in STEMS[:3]:
        other.goto(f"{place.address}/en/chapters/{stem}.html")
    other.wait_for_function(
        "async before => (await (await caches.open('nn-embedding-files')).keys()).length < before",
        arg=kept,
    )


# --- giving it up --------------------------------------------------------------------------------


@in_one(["zh"])
def test_what_was_kept_can_be_given_up_whole(context, place, code):
    page = keep(context, place, code)
    run_first(page, code)
    page.evaluate(UNTIL_KEPT)
    page.goto(f"{place.address}/{code}/{PANEL}")
    press(page, code, "remove")
    hears(page, code, "sure")
    press(page, code, "no")
    assert installed(page)[0] == 1
    press(page, code, "remove")
    press(page, code, "yes")
    hears(page, code, "removed")
    page.goto(f"{place.address}/{code}/chapters/{MODEL}.html")
    assert installed(page) == [0, []]
    assert (
        row(panel(context, place, code))
        .get_by_role("button", name=pattern(code, "keep"))
        .is_visible()
    )


# --- for everyone --------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "width"), [("en", 1280), ("zh", 375)])
def test_the_panel_is_accessible_and_used_by_keyboard(new_context, place, code, width):
    context = new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page = panel(context, place, code)
    assert axe(page) == []
    row(page).get_by_role("button").focus()
    page.keyboard.press("Enter")
    hears(page, code, "done")
    focused = page.evaluate("document.activeElement.closest('.keep-row')?.ariaLabel")
    assert focused == EDITIONS[code].name
    place.change(f"{code}/chapters/{MODEL}.html", "</title>", "!</title>")
    page.goto(f"{place.address}/{code}/chapters/{MODEL}.html")
    expect(page.locator(".keep-told")).to_be_visible()
    for theme in ("light", "dark"):
        browsing.put_on(page, theme)
        assert axe(page) == []
        assert page.evaluate(browsing.WIDER) == []


# --- a stick -------------------------------------------------------------------------------------


def test_an_archive_of_the_site_is_served_by_the_line_of_its_readme(context, tmp_path):
    made = subprocess.run(["make", "stick"], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(ROOT / "_build" / "inside-nn-embedding.zip") as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "site"
    readme = (folder / "README.txt").read_text("utf-8")
    line = re.search(r"^ +python (-m http\.server)$", readme, re.MULTILINE)
    assert line
    assert "不用联网" in readme
    command = [sys.executable, "-u", *line[1].split(), "--bind", "127.0.0.1", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as served:
        try:
            address = re.search(r"http://\S+?:\d+", served.stdout.readline())[0]
            urllib.request.urlopen(f"{address}/index.html").close()
            page = watch(context.new_page(), address)
            page.goto(f"{address}/zh/chapters/{MODEL}.html")
            run_first(page, "zh")
            assert page.faults == []
        finally:
            served.terminate()
