"""The search: sections written while building, ranked and drawn by scripts in the browser."""
