"""Detectors that run here. One question a file; the dict is the list."""

DETECTORS: dict[str, str] = {
    "known_images": "analysis.detectors.known_images:KnownImages",
}
