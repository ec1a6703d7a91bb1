"""Firefox and WebKit, each driven from outside with the same few verbs.

Where a verb takes ``code``, that is an expression in the page; ``click``, ``press`` and ``write``
take one that gives an element, so that what is inside a figure is reached like the rest.
"""

import json
import os
import re
import shutil
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from http.server import SimpleHTTPRequestHandler
from typing import ClassVar

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from selenium.webdriver.webkitgtk.webdriver import WebDriver

from tests.missing import skip_loudly
from tests.node import node
from web.book.editions import ROOT
from web.maintain.environment import JAVASCRIPT
from web.site.server import Handler

HEIGHT = 900
PATIENCE = 300  # seconds: a hang limit, nothing is timed here
NO_FIREFOX = "Firefox is not here: apt install firefox-esr (or firefox)"
NO_PUPPETEER = (
    "what drives Firefox comes with npm, which was not reached: make lint-js, then again"
)
NO_WEBKIT = "WebKit is not here: apt install webkit2gtk-driver xvfb"


class Refused(Exception):
    """The browser did not do it; the message is its own."""


class Browser:
    """What both can do with the verbs of each: ``size``, ``go``, ``evaluate``, ``click``,
    ``press``, ``write`` and ``picture``."""

    def until(self, code, what):
        """Wait until an expression is true; a page that is just leaving cannot say."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(Refused):
                if self.evaluate(f"Boolean({code})"):
                    return
            time.sleep(0.05)
        where, heard = self.evaluate("[location.href, heard]")
        raise AssertionError(f"{PATIENCE} s, and not yet: {what}. At {where}; heard: {heard}")

    def keep(self, folder):
        """Of a failure: a picture, and the page as it is."""
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(Refused, WebDriverException):
            page = self.evaluate("document.documentElement.outerHTML")
            (folder / "page.html").write_text(page, "utf-8")
            self.picture(folder / "page.png")


# --- Firefox, by puppeteer-core in Node -------------------------------------------------------


class Firefox(Browser):
    def __init__(self, process):
        self.process = process

    def ask(self, verb, **said):
        print(json.dumps({"verb": verb, **said}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("firefox.mjs has ended; its message is above")
        answer = json.loads(line)
        if "fault" in answer:
            raise Refused(answer["fault"])
        return answer.get("value")

    def size(self, width):
        self.ask("size", width=width, height=HEIGHT)

    def go(self, address):
        self.ask("go", address=address)

    def evaluate(self, code):
        return self.ask("evaluate", code=code)

    def click(self, code):
        self.ask("click", code=code)

    def press(self, code, key):
        self.ask("press", code=code, key=key)

    def write(self, code, text):
        self.ask("write", code=code, text=text)

    def picture(self, path):
        self.ask("picture", path=str(path))


@contextmanager
def firefox():
    path = shutil.which("firefox-esr") or shutil.which("firefox") or skip_loudly(NO_FIREFOX)
    if not (JAVASCRIPT / "node_modules" / "puppeteer-core").is_dir():
        skip_loudly(NO_PUPPETEER)
    command = [node(), str(ROOT / "tests/site/firefox.mjs"), path]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Firefox(process)  # the end of its input ends it


# --- WebKit, by selenium ----------------------------------------------------------------------

EVALUATE = """const done = arguments[0];
Promise.resolve().then(() => ({code}))
  .then((value) => done({{ value }}), (error) => done({{ fault: `${{error}}` }}));"""


class WebKit(Browser):
    def __init__(self, driver):
        self.driver = driver

    def size(self, width):
        self.driver.set_window_size(width, HEIGHT)

    def go(self, address):
        self.driver.get(address)

    def evaluate(self, code):
        try:
            answer = self.driver.execute_async_script(EVALUATE.format(code=code))
        except WebDriverException as error:
            raise Refused(error.msg) from error
        if "fault" in answer:
            raise Refused(answer["fault"])
        return answer["value"]

    def element(self, code):
        return self.driver.execute_script(f"return {code}")

    def click(self, code):
        self.element(code).click()

    def press(self, code, key):
        self.element(code).send_keys(getattr(Keys, key.upper()))

    def write(self, code, text):
        self.element(code).send_keys(text)

    def picture(self, path):
        self.driver.save_screenshot(str(path))


@contextmanager
def screen():
    """A screen that nobody sees. (``xvfb-run`` would leave it behind when it is killed.)"""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **streams) as process:
        try:
            yield f":{process.stdout.readline().strip()}"
        finally:
            process.terminate()


@contextmanager
def webkit():
    if not shutil.which("WebKitWebDriver") or not shutil.which("Xvfb"):
        skip_loudly(NO_WEBKIT)
    options = Options()
    options.add_argument("--automation")
    options.add_argument("--full-screen")  # its tool bar is wider than a phone
    with screen() as display, ExitStack() as after:
        # Its sandbox wants rights that a container has not; the pages are our own.
        more = {"DISPLAY": display, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        driver = WebDriver(options, Service(env={**os.environ, **more}))
        after.callback(driver.quit)
        driver.set_script_timeout(PATIENCE)
        yield WebKit(driver)


BROWSERS = {"firefox": firefox, "webkit": webkit}


# --- the site, with an ear in its pages -------------------------------------------------------

# WebKit's driver does not tell what the console says, so the page itself keeps it.
EAR = b"""<script>
window.heard = [];
addEventListener("error", (event) => heard.push(
  event.message ?? `not loaded: ${event.target.src ?? event.target.href}`), true);
addEventListener("unhandledrejection", (event) => heard.push(`rejected: ${event.reason}`));
addEventListener("securitypolicyviolation", (event) => heard.push(`refused: ${event.blockedURI}`));
for (const name of ["error", "warn"])
  console[name] = (...words) => heard.push(`console ${name}: ${words.join(" ")}`);
</script>"""
FIRST_LINE = re.compile(rb'<meta charset="utf-8" ?/?>')


class Listening(Handler):
    """Serves the site as GitHub does, with that script at the head of each page, and notes what is
    not there."""

    missing: ClassVar[list[str]] = []  # of all requests

    def do_GET(self):
        path = self.translate_path(self.path)
        if not path.endswith(".html") or not os.path.isfile(path):
            super().do_GET()
            return
        with open(path, "rb") as file:
            page = file.read()
        page, count = FIRST_LINE.subn(lambda line: line[0] + EAR, page, count=1)
        assert count == 1, path
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def end_headers(self):
        # Firefox fetches the next page before it is asked for, and must be allowed to keep it.
        self.send_header("Cache-Control", "max-age=600")
        SimpleHTTPRequestHandler.end_headers(self)

    def send_error(self, code, message=None, explain=None):
        self.missing.append(f"status {code}: {self.path}")
        super().send_error(code, message, explain)
