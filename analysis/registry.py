"""Loads the classes that a literal registry names by dotted path, only when they are wanted.

A registry is an alphabetical dict such as ``{"ocr": "analysis.readers.ocr:Ocr"}``, so that an
installation without an extra never imports what the extra would have brought.
"""

from collections.abc import Mapping
from importlib import import_module


class MissingExtra(ImportError):
    """An entry cannot be loaded because its optional dependency is not installed."""


def load(registry: Mapping[str, str], name: str) -> object:
    """Return the attribute that ``registry[name]`` names as ``module:attribute``.

    Raises:
        KeyError: no such entry.
        MissingExtra: its module needs a package that is not installed; the message names it.
    """
    module, _, attribute = registry[name].partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as exc:
        raise MissingExtra(f"{name} needs the package {exc.name!r}, not installed") from exc
