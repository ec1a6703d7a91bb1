"""The book on paper: one document of all pages of an edition, to be printed at once."""
