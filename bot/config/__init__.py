"""The settings: what can be set (tables), where it comes from (load), how it is shown (example)."""
