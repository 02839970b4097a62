"""Detectors that run here. One question a file; the dict is the list."""

DETECTORS: dict[str, str] = {
    "harassment": "analysis.detectors.harassment:Harassment",
    "known_images": "analysis.detectors.known_images:KnownImages",
    "language": "analysis.detectors.language:Language",
    "links": "analysis.detectors.links:Links",
    "personal_data": "analysis.detectors.personal_data:PersonalData",
    "profanity": "analysis.detectors.profanity:Profanity",
    "prompt_injection": "analysis.detectors.prompt_injection:PromptInjection",
    "scam_phrases": "analysis.detectors.scam_phrases:ScamPhrases",
    "scam_together": "analysis.detectors.scam_together:ScamTogether",
    "sentiment": "analysis.detectors.sentiment:Sentiment",
    "slurs": "analysis.detectors.slurs:Slurs",
    "threats": "analysis.detectors.threats:Threats",
}
