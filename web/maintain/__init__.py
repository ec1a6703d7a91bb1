"""Chores: set up, execute notebooks, photograph pages, freeze, release."""
