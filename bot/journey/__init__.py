"""The steps of a message's journey, one a file; ``bot/app.py`` is how they follow each other."""
