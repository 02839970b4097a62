"""Readers: what is written in a picture. The dict is the list.

Each is constructed with the ``Sandbox`` it reads in.
"""

READERS: dict[str, str] = {
    "ocr": "analysis.readers.ocr:Ocr",
    "qr": "analysis.readers.qr:Qr",
}
