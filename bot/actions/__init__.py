"""What can be done about a post. One action a file; the dict is the list."""

ACTIONS: dict[str, str] = {
    "annotate": "bot.actions.annotate:Annotate",
    "delete": "bot.actions.delete:Delete",
    "flag": "bot.actions.flag:Flag",
    "log": "bot.actions.log:Log",
    "timeout": "bot.actions.timeout:Timeout",
}
