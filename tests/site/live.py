"""A reader before a page with live cells, and whether these give what is stored."""

import re
from itertools import zip_longest
from xml.etree import ElementTree

from playwright.sync_api import expect

from web.book.words import WORDS

PATIENCE = 120_000  # ms: a hang limit, nothing is timed here


class Reader:
    """A reader before a page with live cells."""

    def __init__(self, page, code):
        self.page, self.words = page, WORDS["live"][code]

    def cell(self, index):
        return self.page.locator(".cell.live").nth(index)

    def cell_with(self, text):
        """The first live cell that has this text now; it stays the one when the text changes."""
        texts = self.page.locator(".cell.live").all_text_contents()
        return self.cell(next(n for n, found in enumerate(texts) if text in found))

    def status(self, cell):
        return cell.locator(".live-status")

    def button(self, cell, name):
        return cell.locator(f"[data-do={name}]")

    def press(self, cell, name):
        """As a reader does, who first unfolds the code of a picture."""
        cell.evaluate("cell => cell.querySelectorAll('.above-input').forEach(d => d.open = true)")
        self.button(cell, name).click()

    def wait_for(self, cell, word):
        """Until the status says one of the book's own messages."""
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(self.words[word])))
        expect(self.status(cell)).to_have_text(pattern, timeout=PATIENCE)

    def run_all(self):
        """Run the last cell, and so all above it; it may be folded, so it is not clicked."""
        cell = self.page.locator(".cell.live").last
        self.button(cell, "run").dispatch_event("click")
        self.wait_for(cell, "done")

    def run(self, cell, outcome="done"):
        self.press(cell, "run")
        self.wait_for(cell, outcome)

    def source(self, cell):
        return cell.locator(".cell_input pre").text_content()

    def edit(self, cell, source):
        """Put another text into the editor; return the editor."""
        self.press(cell, "edit")
        editor = cell.locator("textarea")
        editor.fill(source)
        return editor

    def output(self, cell):
        return cell.locator(".live-output")

    def text(self, cell):
        return "".join(self.output(cell).locator("pre").all_text_contents())


# Each output in its order: its kind and its text, which of a picture is its SVG.
OUTPUTS = """cells => Promise.all(cells.map(async cell => {
  const look = (box) => Promise.all(
    [...(box?.querySelectorAll(".output, .figure img") ?? [])].map(async output =>
      output.matches("img") ? ["picture", await (await fetch(output.src)).text()]
      : [output.classList[1], output.querySelector("pre").textContent.replace(/\\n$/, "")]));
  return [await look(cell.querySelector(".cell_output:not(.live-output)")),
          await look(cell.querySelector(".live-output"))];
}))"""
RAN = ".cell.live:has(.live-output)"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def differences(page):
    """The cells that ran whose output is not the stored one, character by character, and pixel by
    pixel in pictures."""
    pairs = page.eval_on_selector_all(RAN, OUTPUTS)
    return [
        f"cell {n}: {old} {new}" for n, (old, new) in enumerate(pairs, 1) if not same(old, new)
    ]


def same(old, new):
    return all(
        one == other
        or (one and other and one[0] == other[0] == "picture" and same_picture(one[1], other[1]))
        for one, other in zip_longest(old, new)
    )


def same_picture(old, new):
    """The same elements and words; their numbers may differ by a pixel: trained tables differ in
    their last bits between the page and a computer."""
    elements = zip_longest(*(ElementTree.fromstring(svg).iter() for svg in (old, new)))
    return all(
        one is not None
        and other is not None
        and (one.tag, one.text, one.tail) == (other.tag, other.text, other.tail)
        and one.attrib.keys() == other.attrib.keys()
        and all(near(value, other.attrib[name]) for name, value in one.attrib.items())
        for one, other in elements
    )


def near(old, new):
    numbers = zip(NUMBER.findall(old), NUMBER.findall(new), strict=False)
    return NUMBER.sub("#", old) == NUMBER.sub("#", new) and all(
        abs(float(one) - float(other)) <= 1 for one, other in numbers
    )
