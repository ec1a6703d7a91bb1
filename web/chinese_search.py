"""Sphinx extension: Chinese search without a dictionary.

The index holds single Han characters and overlapping pairs; a query of several characters
looks for all its pairs, so every term that stands on a page is found, however it is cut.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.search.zh import SearchChinese

HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[A-Za-z0-9_]+")


class ChineseByPairs(SearchChinese):
    js_splitter_code = r"""
function splitQuery(query) {
  const runs = query.match(/[A-Za-z0-9_]+|[\u3400-\u9fff]+/gu) || [];
  return runs.flatMap((run) =>
    /\w/.test(run) || run.length < 3
      ? [run]
      : Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2)));
}
"""

    def split(self, text: str) -> list[str]:
        words = WORD.findall(text)
        self.latin_terms.extend(words)
        for run in HAN_RUN.findall(text):
            words += run
            words += [run[i : i + 2] for i in range(len(run) - 1)]
        return words

    def word_filter(self, stemmed_word: str) -> bool:
        return len(stemmed_word) > 1 or bool(HAN_RUN.match(stemmed_word))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_search_language(ChineseByPairs)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
