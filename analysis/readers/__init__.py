"""Readers: what is written in a picture. The dict is the list."""

READERS: dict[str, str] = {}
