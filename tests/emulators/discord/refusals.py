"""What Discord says no with: a status, its own number, and a sentence."""

Json = dict[str, object]


class Refusal(Exception):
    """An error as the API answers it: HTTP status, Discord's code, message.

    https://docs.discord.com/developers/topics/opcodes-and-status-codes
    """

    def __init__(self, status: int, code: int, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message, "code": code, **more}

    @property
    def code(self) -> object:
        return self.body["code"]


UNKNOWN = {
    "channel": (10003, "Unknown Channel"),
    "guild": (10004, "Unknown Guild"),
    "member": (10007, "Unknown Member"),
    "message": (10008, "Unknown Message"),
    "role": (10011, "Unknown Role"),
    "user": (10013, "Unknown User"),
    "emoji": (10014, "Unknown Emoji"),
    "webhook": (10015, "Unknown Webhook"),
    "ban": (10026, "Unknown Ban"),
    "sticker": (10060, "Unknown sticker"),
    "interaction": (10062, "Unknown interaction"),
    "command": (10063, "Unknown application command"),
}


def unknown(what: str) -> Refusal:
    """404 for a thing that is not there, or no longer."""
    code, message = UNKNOWN[what]
    return Refusal(404, code, message)


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def invalid(field: str, why: str) -> Refusal:
    """400 for a body that breaks a documented limit, naming the field."""
    errors = {field: {"_errors": [{"code": "INVALID", "message": why}]}}
    return Refusal(400, 50035, "Invalid Form Body", errors=errors)


def archived() -> Refusal:
    return Refusal(400, 50083, "Thread is archived")
