"""Files that are neither ours nor on PyPI, fetched while building and checked by hash."""
