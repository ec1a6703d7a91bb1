"""Live cells: Python in the page, for the cells that need NumPy and ``embedlib`` alone."""
