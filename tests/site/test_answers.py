"""What readers ask is reached from the appendix in at most two clicks, in both editions."""

from urllib.parse import urldefrag

from tests.pages import both_editions, soup

START = ("a_error_clinic", "b_myths", "e_arguments")
# What readers ask, and the section that answers it.
ANSWERS = {
    "index out of range in self: which id?": "index-error",
    "why vocab_size + 1?": "index-error",
    "-1 as padding_idx, as an id, in NumPy": "index-error",
    "a category that training never saw": "unknown-words",
    "what does padding_idx do, exactly?": "two-things",
    "the padding row is not zero": "not-kept-zero",
    "from_pretrained leaves the padding row": "not-kept-zero",
    "does padding_idx mask?": "not-a-mask",
    "id 0 is a real entity": "which-id",
    "PAD and UNK: zeros or random?": "unknown-words",
    "which optimizers accept sparse gradients?": "which-optimizers",
    "may I use Adam?": "may-i-use-adam",
    "a row with zero gradient moves": "row-that-moves",
    "is SparseAdam Adam?": "sparse-adam",
    "scale_grad_by_freq with sparse": "scale-with-sparse",
    "a huge table is slow, memory runs out": "sparse-gradients",
    "not deterministic on a GPU": "order-of-addition",
    "Embedding or Linear?": "linear-layer",
    "other numbers at every run": "initialization",
    "how can a lookup be differentiable?": "lookup-is-differentiable",
    "what does scale_grad_by_freq divide by?": "divides-by",
    "dW[idx] += g loses gradients": "scatter-add",
    "in-place error with max_norm": "inplace-error",
    "max_norm set, rows not normalized": "not-normalized",
    "float ids": "shapes-and-types",
    "expected all tensors on the same device": "err-same-device",
    "N(0, 1) hurts": "initialization",
    "how large should a table be at the start?": "how-large",
    "the loss explodes after new tokens": "err-size-mismatch",
    "weight replaced by a larger one": "err-size-mismatch",
    "from_pretrained on an instance": "diag-no-change",
    "which rows move without a gradient?": "diag-row-moves",
    "should I use scale_grad_by_freq?": "scale-grad-by-freq",
    "the same parameter twice in an optimizer": "err-parameter-twice",
    "V * D does not fit": "err-allocator",
    "srcIndex < srcSelectDimSize": "err-src-index",
}
MYTHS = 20  # headings of b_myths, each with a link of its own to a chapter


def article(code, stem):
    return soup(code, stem).select_one("article.bd-article")


def links(code, stem):
    """The places that one click leads to: (stem, id)."""
    for a in article(code, stem).select("a[href]"):
        address, fragment = urldefrag(a["href"])
        if not address.startswith("http") and fragment:
            yield (address.removesuffix(".html") if address else stem), fragment


@both_editions
def test_each_question_is_answered_at_most_two_clicks_from_the_appendix(code):
    first = {place for stem in START for place in links(code, stem)}
    second = {place for stem in {stem for stem, _ in first} for place in links(code, stem)}
    reached = {fragment: stem for stem, fragment in first | second}
    missing = {question for question, label in ANSWERS.items() if label not in reached}
    assert not missing
    for label in ANSWERS.values():
        assert article(code, reached[label]).find(id=label), f"{reached[label]}#{label}"


@both_editions
def test_each_myth_has_a_run_and_a_link_to_where_it_is_told(code):
    myths = article(code, "b_myths").select("section section section")
    assert len(myths) >= MYTHS
    for myth in myths:
        assert myth.select(".cell"), myth.get("id")
        assert myth.select("p a[href]") or "9" in myth.get_text(), myth.get("id")
