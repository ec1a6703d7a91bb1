"""What a notebook is: its two languages, its rules, its terms, and the words around it."""
