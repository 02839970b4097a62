"""Detectors that ask a vendor. One vendor a file; the dict is the list."""

PROVIDERS: dict[str, str] = {
    "gemini": "analysis.providers.gemini:Gemini",
    "openai_chat": "analysis.providers.openai_chat:OpenAIChat",
}
