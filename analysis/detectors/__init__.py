"""Detectors that run here. One question a file; the dict is the list."""

DETECTORS: dict[str, str] = {
    "links": "analysis.detectors.links:Links",
    "scam_phrases": "analysis.detectors.scam_phrases:ScamPhrases",
}
