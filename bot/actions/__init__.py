"""What can be done about a post. One action a file; the dict is the list."""

ACTIONS: dict[str, str] = {}
