"""What make lint-js relies on, beside what ESLint and TypeScript say themselves."""

import json
import tomllib

from web.book.editions import ROOT
from web.fetched.fetch import LIST


def test_the_types_of_minisearch_are_those_of_the_file_that_readers_get():
    package = ROOT / "web" / "maintain" / "javascript" / "package.json"
    typed = json.loads(package.read_text("utf-8"))["devDependencies"]["minisearch"]
    served = tomllib.loads(LIST.read_text("utf-8"))["minisearch"]
    assert typed == served["version"], f"Cure: the same version in {package.relative_to(ROOT)}"
