"""Detectors that run here. One question a file; the dict is the list."""

DETECTORS: dict[str, str] = {
    "known_images": "analysis.detectors.known_images:KnownImages",
    "links": "analysis.detectors.links:Links",
    "scam_phrases": "analysis.detectors.scam_phrases:ScamPhrases",
}
