"""One package per platform. A platform's words and shapes stay in its folder."""

PLATFORMS: dict[str, str] = {
    "discord": "adapters.discord:Discord",
    "playground": "adapters.playground:Playground",
    "slack": "adapters.slack:Slack",
}
"""Alphabetical; loaded only when the platform is switched on."""
