"""What can go wrong in the application.

BotError
├─ Misconfigured          settings or policy: names the file, key and the fix  -> exit code 2
├─ EnvironmentFailed      port in use, database unwritable, second process     -> exit code 1
├─ QueueFull              intake cannot take more now; the sender tries again
└─ PlatformError
   ├─ PlatformUnavailable   later: timeout, 429, 5xx
   ├─ NotPermitted          the platform refuses us this
   └─ Gone                  the message, author or channel is no more
"""


class BotError(Exception):
    """The root. Its message is written for the person who runs the bot."""


class Misconfigured(BotError):
    """Settings, policy or usage are wrong. The message names the place and the fix."""


class EnvironmentFailed(BotError):
    """The machine does not give what is needed. The message says what to do."""


class QueueFull(BotError):
    """The durable queue cannot take the post now; nothing of it was kept."""


class PlatformError(BotError):
    """A platform did not do what an action asked."""


class PlatformUnavailable(PlatformError):
    """It may work later. ``retry_after`` is in seconds, where the platform said."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotPermitted(PlatformError):
    """The platform refuses us this action here."""


class Gone(PlatformError):
    """The message, its author or its channel is no more."""
