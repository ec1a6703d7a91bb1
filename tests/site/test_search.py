"""The search of both editions: what is found, in which order, and what is shown of it."""

import gzip
import json
import re

import pytest

from tests.pages import SITE, STEMS, both_editions
from tests.site import browsing
from web.book.editions import ROOT
from web.book.notebooks import language, read
from web.book.terms import terms as all_terms
from web.book.words import WORDS
from web.search.search import readable

CHAPTERS = {stem.split("_")[0]: stem for stem in STEMS}
CLINIC = "a_error_clinic"
ENTRY = re.compile(r"^\(([\w-]+)\)=\n### `(.+)`$", re.MULTILINE)

ASK = """async (queries) => {
  const script = (name) => import(new URL(`_static/search/${name}.mjs`, document.baseURI));
  const [{ ready }, { excerpt }] = await Promise.all([script("page"), script("ranking")]);
  const book = await ready;
  const find = (query) => book.underPages(book.places(query).places);
  return queries.map((query) => find(query).map(({ page, places }) => ({
    page: page.address.match(/(\\w+)\\.html/)[1],
    sections: places.slice(0, 4).map(({ section }) => section.id),
    words: excerpt(places[0].section, places[0].terms).words,
  })));
}"""


@pytest.fixture(scope="module")
def ask(browser, site):
    """Many queries at once, on one page of an edition: the pages found, best first."""
    context, opened = browsing.new_context(browser), {}

    def ask(code, queries):
        if code not in opened:
            opened[code] = browsing.go(context.new_page(), f"{site}/{code}/search.html")
        return dict(zip(queries, opened[code].evaluate(ASK, list(queries)), strict=True))

    yield ask
    context.close()


def shown(found):
    return [f"{hit['page']}#{hit['sections'][0]}" for hit in found[:5]]


def terms(code):
    """Each spelling of each term whose chapter exists, and the chapter."""
    for term in all_terms():
        if term.chapter in CHAPTERS:
            yield from ((name, CHAPTERS[term.chapter]) for name in term.spellings(code))


def messages():
    """Label and heading of every entry of the error clinic."""
    for cell in read(ROOT / "chapters" / f"{CLINIC}.ipynb")["cells"]:
        if language(cell) == "en":
            yield from ENTRY.findall(cell["source"])


@both_editions
def test_every_term_finds_its_chapter_among_the_first_three_pages(ask, code):
    wanted = dict(terms(code))
    assert len(wanted) > 50
    missed = [
        f"{code}, search “{term}”: {wanted[term]} is not among the first three pages, but "
        f"{shown(found)}. Say the term there, or mend its chapter in web/book/terms.csv"
        for term, found in ask(code, wanted).items()
        if wanted[term] not in [hit["page"] for hit in found[:3]]
    ]
    assert not missed, "\n".join(missed)


# What only the glossary or the reference of embedlib has.
GLOSSARY_AND_REFERENCE = {
    "en": {
        "embedlib.Embedding": "d_api",
        "embedding_dense_backward": "d_api",
        "SparseAdam": "d_api",
        "hashing trick": "c_glossary",
        "all-reduce": "c_glossary",
        "填充行": "c_glossary",
    },
    "zh": {
        "embedlib.Embedding": "d_api",
        "embedding_renorm_": "d_api",
        "随机整数": "d_api",
        "余弦相似度": "c_glossary",
        "跳元模型": "c_glossary",
        "hashing trick": "c_glossary",
    },
}


@both_editions
def test_a_search_finds_terms_and_names(ask, code):
    wanted = GLOSSARY_AND_REFERENCE[code]
    for query, found in ask(code, wanted).items():
        assert wanted[query] in [hit["page"] for hit in found], f"{code}, search “{query}”"


PASTED = {
    "as it is": lambda message: message,
    "with the kind of error": lambda message: f"RuntimeError: {message}",
    "with the reader's own numbers": lambda message: re.sub(
        r"-?\d+", "17", message.replace("…", "of 4321")
    ),
    "with the end of a traceback": lambda message: (
        'File "train.py", line 88, in forward return F.embedding( input, self.weight, '
        f"self.padding_idx) RuntimeError: {message}"
    ),
}


@both_editions
@pytest.mark.parametrize("way", PASTED)
def test_a_pasted_message_finds_its_entry_first(ask, code, way):
    wanted = {PASTED[way](message): label for label, message in messages()}
    assert len(wanted) > 40
    missed = [
        f"{code}, search “{query}”: first {shown(found)[:1]} instead of {CLINIC}#{wanted[query]}. "
        "The heading of the entry must be a piece of the message (… for what varies)"
        for query, found in ask(code, wanted).items()
        if shown(found)[:1] != [f"{CLINIC}#{wanted[query]}"]
    ]
    assert not missed, "\n".join(missed)


def not_among_the_first(ask, code, wanted):
    """The queries whose place is on none of the first three pages found."""
    return [
        f"{code}, search “{query}”: {wanted[query]} is not among {shown(found)[:3]}"
        for query, found in ask(code, wanted).items()
        if not any(
            f"{hit['page']}#{section}".startswith(wanted[query])
            for hit in found[:3]
            for section in hit["sections"]
        )
    ]


# What a reader may type, and the page (or page#section) that must be among the first three.
TYPED = {
    "en": {
        "padding_idx": "04_padding_idx",
        "EmbeddingBag": "a_error_clinic#clinic-bag",
        "embeddingbag": "a_error_clinic#clinic-bag",
        "embedding_dense_backward": "d_api#api-functional-embedding-dense-backward",
        "torch.optim.SparseAdam": "08b_lazy_updates",
        "nn.Embedding.from_pretrained": "e_arguments",
        "from_pretrained freeze": "d_api#api-embedding-from-pretrained",
        "transposed": "01_one_hot_matmul",
        "infinity": "01_one_hot_matmul",
        "reading paths minutes": "index",
        "offline": "ways_to_run#no-network",
        "padding_indx": "04_padding_idx",  # misspelt
        "embeding layer": "01_one_hot_matmul",
        "nan": "a_error_clinic#symptoms-table",
        "loss not decreasing": "a_error_clinic#symptoms-training",
        "cuda device mismatch": "a_error_clinic#err-same-device",
        "device-side assert triggered": "a_error_clinic#symptoms-data",
        "out of memory": "a_error_clinic#symptoms-training",
        "index out of bounds": "a_error_clinic#err-index-out-of-range",
    },
    "zh": {
        "padding_idx": "04_padding_idx",
        "padding_idx 掩码": "04_padding_idx",
        "EmbeddingBag": "a_error_clinic#clinic-bag",
        "torch.optim.SparseAdam": "08b_lazy_updates",
        "行": "01_one_hot_matmul",
        "袋": "a_error_clinic#clinic-bag",
        "表": "01_one_hot_matmul",
        "嵌入矩阵": "01_one_hot_matmul",
        "填充行": "04_padding_idx#two-things",
        "梯度检验": "03_gradient_scatter_add",
        "nan": "a_error_clinic#symptoms-table",
        "不收敛": "a_error_clinic#symptoms-training",
        "报错 索引越界": "a_error_clinic#err-index-out-of-range",
        "显存不够": "a_error_clinic#symptoms-training",
        "cuda 设备不一致": "a_error_clinic#err-same-device",
        "每次结果都不一样": "a_error_clinic#symptoms-training",
        "离线": "ways_to_run#no-network",
        "断网": "ways_to_run#no-network",
    },
}


@both_editions
def test_what_readers_type_finds_its_place(ask, code):
    missed = not_among_the_first(ask, code, TYPED[code])
    assert not missed, "\n".join(missed)


# Whole sentences of people in trouble, in their own words, and where their cure stands.
SUFFERED = {
    "en": {
        "after I loaded fastText vectors with from_pretrained my embeddings stay exactly the same "
        "all training": "02_lookup_table#fill-the-table",
        "RuntimeError in the middle of an epoch only on some batches, works with other batch, "
        "something about index": "a_error_clinic#symptoms-data",
        "user 0 always gets the same recommendations / embedding for user 0 never updates": (
            "a_error_clinic#symptoms-data"
        ),
        "embedding of words not in minibatch still changes with Adam": (
            "a_error_clinic#symptoms-training"
        ),
        "model gives different output for the same sentence when batch has longer sentences": (
            "a_error_clinic#symptoms-table"
        ),
        "memory explodes on backward with 10 million rows": "a_error_clinic#symptoms-training",
        "my own numpy backward gives smaller gradients than torch for repeated words": (
            "a_error_clinic#symptoms-training"
        ),
        "norms of vectors are bigger than max_norm after training": "05_max_norm#not-normalized",
        "the optimizer crashes when sparse=True: does not support sparse gradients": (
            "a_error_clinic#err-adam-sparse"
        ),
        "pad vector should be zeros, is random after xavier init": "a_error_clinic#symptoms-table",
        "OOM": "a_error_clinic#symptoms-training",
    },
    "zh": {
        "用 from_pretrained 灌了词向量，训练完一点没变": "02_lookup_table#quiz-2",
        "训练到一半突然报错，有的批次没事，好像是索引的问题": "a_error_clinic#symptoms-data",
        "0 号用户的向量永远不更新": "a_error_clinic#symptoms-data",
        "这一批里根本没有的词，Adam 一步之后向量也变了": "a_error_clinic#symptoms-training",
        "同一句话单独预测和跟长句子放一起预测，结果不同": "a_error_clinic#symptoms-table",
        "一千万行的表，反向传播时内存爆了": "a_error_clinic#symptoms-training",
        "自己用 numpy 写的梯度，重复的词比 torch 的小": "a_error_clinic#symptoms-training",
        "设置了 max_norm，训练完范数还是超了": "a_error_clinic#symptoms-table",
        "sparse=True 以后优化器报错不支持": "a_error_clinic#symptoms-training",
        "xavier 初始化以后，pad 的向量不是 0 了": "a_error_clinic#symptoms-table",
        "OOM": "a_error_clinic#symptoms-training",
        "内存溢出": "a_error_clinic#symptoms-training",
        "索引超出范围": "a_error_clinic#err-index-out-of-range",
        "优化器不支持稀疏梯度": "a_error_clinic#symptoms-training",
    },
}


@both_editions
def test_a_whole_sentence_of_somebody_in_trouble_finds_the_cure(ask, code):
    missed = not_among_the_first(ask, code, SUFFERED[code])
    assert not missed, "\n".join(missed)


@both_editions
def test_a_symptom_that_was_found_is_marked_on_its_page(visit, code):
    query = {"en": "loss stays flat", "zh": "损失成了一条水平线"}[code]
    page = visit(f"{code}/search.html?q={query}")
    place = page.locator(".search-places a").first
    assert re.search(r"#symptoms-training-\d+$", place.get_attribute("href"))
    symptom = place.inner_text()
    place.click()
    page.wait_for_url(re.compile(r"#symptoms-training-\d+$"))
    target = page.locator("li:target")
    assert target.inner_text().startswith(symptom)
    assert target.evaluate("e => getComputedStyle(e).boxShadow") != "none"
    assert page.faults == []


def test_a_word_that_the_book_does_not_have_is_named(visit):
    page = visit("en/search.html?q=padding+qqzzxx")
    page.wait_for_selector(".search-places a")
    assert (
        page.locator("#search-status")
        .inner_text()
        .endswith(WORDS["search"]["en"]["unknown"].format(words="qqzzxx"))
    )


@both_editions
def test_a_myth_is_never_shown_as_if_the_book_said_it(code):
    index = json.loads((SITE / code / "_static/search/sections.json").read_text("utf-8"))
    claims = [s["myth"].split("\n")[0] for s in index["sections"] if s.get("myth")]
    assert len(claims) > 8, "the chapters have myths"
    said = [s["id"] for s in index["sections"] for myth in claims if myth in s["text"]]
    assert not said, f"{code}: {said}. Cure: is_myth in web/search knows how a myth begins"


CHROME = {
    "en": ["Link to this heading", "Hide the solution", "Skip to main", "¶", "#"],
    "zh": ["本节的链接", "收起答案", "跳转至", "¶", "#"],
}


@both_editions
def test_the_sentence_that_is_shown_has_the_words_and_no_words_of_the_page_around(ask, code):
    wanted = [term for term, _ in terms(code)]
    for term, found in ask(code, wanted).items():
        for hit in found[:1]:
            assert hit["words"].strip(), f"{code}, search “{term}”: nothing is shown of {hit}"
            assert len(hit["words"]) < 260, hit
            assert not [word for word in CHROME[code] if word in hit["words"]], hit


@both_editions
def test_the_words_are_marked_and_the_link_leads_to_the_section(visit, code):
    query = {"en": "padding row", "zh": "填充行"}[code]
    page = visit(f"{code}/search.html?q={query}")
    page.wait_for_selector(".search-places a")
    marked = page.locator(".search-places .context mark").all_inner_texts()
    assert marked
    assert all(re.match("pad|row|填充|行", word.lower()) for word in marked), marked
    assert query[:3] in page.locator(".search-places .context").first.inner_text().lower()
    page.locator(".search-places a").first.click()
    page.wait_for_url(re.compile(r"/chapters/04_padding_idx\.html#[\w-]+$"))
    target = page.url.split("#")[1]
    assert page.locator(f"section#{target}").bounding_box()["y"] < 300
    assert page.faults == []


@both_editions
def test_a_query_without_a_result_says_so_and_offers_a_way_on(visit, code):
    page = visit(f"{code}/search.html?q=qqzzxx")
    status = page.locator("#search-status")
    assert status.inner_text() == WORDS["search"][code]["none"].format(query="qqzzxx")
    assert status.get_attribute("role") == "status"
    ways = page.eval_on_selector_all("#search-results a", "links => links.map(a => a.href)")
    assert any(CLINIC in way for way in ways), ways
    for way in ways:
        assert page.goto(way).ok, way
    assert page.faults == []


@both_editions
def test_results_follow_what_is_typed_and_the_address_keeps_it(visit, code):
    page = visit(f"{code}/search.html")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("max_norm")
    page.wait_for_selector(".search-places a")
    assert page.locator(".search-places a[href*='05_max_norm']").count()
    page.wait_for_url("**/search.html?q=max_norm")
    assert page.faults == []


def test_html_in_a_query_is_only_text(visit):
    page = visit("en/search.html?q=%3Cimg%3Eqqzzxx")
    assert "<img" in page.locator("#search-status").inner_text()
    assert page.locator("#search-results img, #search-status img").count() == 0


def test_the_search_field_leads_to_the_results(visit):
    page = visit("zh/chapters/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("填充行")
    page.keyboard.press("Enter")
    page.wait_for_selector(".search-places a")
    assert page.faults == []


@both_editions
def test_without_the_books_words_the_page_says_so(new_context, site, code):
    page = new_context().new_page()
    page.route("**/sections.json", lambda route: route.abort())
    browsing.go(page, f"{site}/{code}/search.html?q=x")
    assert page.locator("#search-status").inner_text() == WORDS["search"][code]["failed"]


@both_editions
def test_the_search_weighs_at_most_400_kilobytes_and_only_its_own_page_loads_it(code):
    folder = SITE / code / "_static" / "search"
    weights = {p.name: len(gzip.compress(p.read_bytes())) for p in folder.glob("*.[mj]*s*")}
    scripts = {"page.mjs", "ranking.mjs", "minisearch.mjs", "stemmer.mjs"}
    assert set(weights) == {*scripts, "sections.json"}
    assert sum(weights.values()) <= 400_000, f"{code}: {weights}"
    for page in (SITE / code).rglob("*.html"):
        loads = any(f"search/{name}" in page.read_text("utf-8") for name in weights)
        assert loads == (page.name == "search.html"), f"{code}: {page.name}"


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"1/\sqrt{D}", "1/√D"),
        (r"x_d", "x_d"),
        (r"\mathtt{eps} / \sqrt{c}", "eps / √c"),
        (r"0.9\,b + g", "0.9b + g"),
        (r"X^\top g", "X^ᵀ g"),
        (r"1 - 0.9^t", "1 - 0.9^t"),
    ],
)
def test_a_formula_in_an_excerpt_reads_as_a_reader_writes_it(tex, text):
    assert readable(tex) == text


@both_editions
def test_no_excerpt_shows_the_commands_of_a_formula(code):
    index = json.loads((SITE / code / "_static/search/sections.json").read_text("utf-8"))
    found = [
        f"{code}, #{section['id']}: {command}"
        for section in index["sections"]
        for command in re.findall(r"\\(?:sqrt|cdot|mathtt|hat|frac|sum|text)\b", section["text"])
    ]
    assert not found, f"{found}. Cure: SIGNS in web/search/search.py"
