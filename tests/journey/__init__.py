"""The whole application, as a process of its own."""
