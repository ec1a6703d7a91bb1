"""embedlib against torch: how fast, how much memory. ``make bench``."""
