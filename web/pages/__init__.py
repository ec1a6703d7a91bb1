"""What every page gets: each module is a Sphinx extension, named after what it does."""
