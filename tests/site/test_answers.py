"""What readers ask is two clicks at most from the appendix or the first page, in both editions."""

from urllib.parse import urldefrag

from tests.pages import both_editions, soup

START = ("a_error_clinic", "b_myths", "e_arguments", "index")
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
    "a huge table is slow": "cost-of-a-step",
    "memory runs out with a huge table": "will-it-fit",
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
    "pretrained embeddings do not train": "load-a-table",
    "keep them frozen, thaw them later": "load-a-table",
    "load my own vectors; training stopped": "load-a-table",
    "size mismatch after the vocabulary grew": "more-rows-than-saved",
    "train only the new tokens": "train-only-new-rows",
    "tie input and output": "one-table-or-two",
    "tie them when the widths differ": "matrix-between",
    "how do I choose embedding_dim?": "how-many-columns",
    "dummy variables or an embedding?": "gha-and-ko",
    "a category at test time": "never-seen",
    "N(0, 1) hurts: new rows": "how-new-rows-start",
    "the loss explodes after new tokens": "how-new-rows-start",
    "weight replaced by a larger one": "err-size-mismatch",
    "which optimizer for a table?": "may-i-use-adam",
    "does it matter that rows drift?": "does-drift-hurt",
    "why are embeddings useful, what do the numbers mean?": "what-numbers-mean",
    "a text longer than in training": "longer-than-trained",
    "why times the root of d_model?": "why-root-d",
    "is it the same as word2vec?": "same-in-torch",
    "does DistributedDataParallel work with sparse?": "torchs-own-tools",
    "from_pretrained on an instance": "load-a-table",
    "from_pretrained on an instance: is it that?": "diag-no-change",
    "which rows move without a gradient?": "diag-row-moves",
    "should I use scale_grad_by_freq?": "scale-grad-by-freq",
    "the same parameter twice in an optimizer": "one-table-or-two",
    "the message of the same parameter twice": "err-parameter-twice",
    "V * D does not fit": "advice-13",
    "it does not fit on one machine": "sharding",
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
def test_each_question_is_answered_at_most_two_clicks_from_where_one_looks(code):
    first = {place for stem in START for place in links(code, stem)}
    second = {place for stem in {stem for stem, _ in first} for place in links(code, stem)}
    here = {(stem, at["id"]) for stem in START for at in article(code, stem).select("[id]")}
    reached = {fragment: stem for stem, fragment in here | first | second}
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
