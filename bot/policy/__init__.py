"""Rules people can read, compiled once, applied purely."""
