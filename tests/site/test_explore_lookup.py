"""What is particular to the lookup: a word that the table does not know, and the row for such."""

from playwright.sync_api import expect

from tests.explore.lookup import shown, visible
from tests.site.test_explore import SHOWN, figure, sentence  # noqa: F401 (a fixture)


def test_a_row_for_unknown_letters_takes_the_word_that_was_refused(figure):  # noqa: F811
    here = figure("lookup")
    field, unknown = here.locator("[name=word]"), here.locator("[name=unknown]")
    said, before = here.locator(".said"), here.evaluate(SHOWN)
    places = {"letter": "e", "id": "5", "last": "4"}
    field.fill("ace")
    expect(said).to_have_text(sentence("lookup", "en", ("out_of_range", places)))
    assert here.evaluate(SHOWN) == before
    unknown.check()
    assert here.evaluate(SHOWN) == visible(shown("ace", 0, "product", True))
    here.locator("[name=way]").select_option("lookup")
    for _ in range(3):
        here.locator("[data-do=step]").click()
    right = shown("ace", 9, "lookup", True)
    assert right["ids"][-1] == "5"
    assert here.evaluate(SHOWN) == visible(right)
    expect(said).to_have_text(sentence("lookup", "en", right["said"]))
    unknown.uncheck()
    expect(said).to_have_text(sentence("lookup", "en", ("out_of_range", places)))
    expect(field).to_have_value("ace")
    expect(here.locator("[data-do=play]")).to_be_disabled()
    assert here.evaluate(SHOWN) == visible(shown("ac", 0, "lookup", False))
