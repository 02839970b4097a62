"""What the API's bodies look like, for its OpenAPI page; ``posting`` is what reads them."""

from adapters.playground.members import Persona
from adapters.playground.posts import CHANNELS

_TEXT = {"type": "string", "maxLength": 4000}
_FILES = {"type": "array", "maxItems": 10, "items": {"type": "string", "format": "binary"}}
_ALTS = {
    "type": "array",
    "maxItems": 10,
    "items": {"type": "string"},
    "description": "Descriptions of the images, in the same order.",
}

POST_FORM: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["persona"],
                    "additionalProperties": False,
                    "properties": {
                        "persona": {"type": "string", "enum": [str(kind) for kind in Persona]},
                        "text": _TEXT,
                        "channel": {"type": "string", "enum": list(CHANNELS)},
                        "image": _FILES,
                        "alt": _ALTS,
                    },
                }
            }
        },
    }
}
EDIT_FORM: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["text"],
                    "properties": {"text": _TEXT},
                }
            }
        },
    }
}
