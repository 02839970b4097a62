"""What can be done about a post. One action a file; the dict is the list."""

ACTIONS: dict[str, str] = {
    "annotate": "bot.actions.annotate:Annotate",
    "ban": "bot.actions.ban:Ban",
    "delete": "bot.actions.delete:Delete",
    "flag": "bot.actions.flag:Flag",
    "kick": "bot.actions.kick:Kick",
    "label author": "bot.actions.label:Label",
    "log": "bot.actions.log:Log",
    "notify author": "bot.actions.notify:Notify",
    "react": "bot.actions.react:React",
    "role": "bot.actions.role:Role",
    "spoiler": "bot.actions.spoiler:Spoiler",
    "strike": "bot.actions.strike:Strike",
    "timeout": "bot.actions.timeout:Timeout",
    "webhook": "bot.actions.webhook:Webhook",
}
