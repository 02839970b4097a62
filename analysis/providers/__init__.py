"""Detectors that ask a vendor. One vendor a file; the dict is the list."""

PROVIDERS: dict[str, str] = {
    "alibaba": "analysis.providers.alibaba:Alibaba",
    "decisions": "analysis.providers.decisions:Decisions",
    "gemini": "analysis.providers.gemini:Gemini",
    "generic_http": "analysis.providers.generic_http:GenericHttp",
    "google_vision": "analysis.providers.google_vision:GoogleVision",
    "openai_chat": "analysis.providers.openai_chat:OpenAIChat",
    "openai_moderation": "analysis.providers.openai_moderation:OpenAiModeration",
}
