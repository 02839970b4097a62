"""What an entry of a bank of known pictures holds."""

from dataclasses import dataclass

from analysis.taxonomy import Category
from analysis.types import BankKind


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One known picture."""

    id: str
    bank: str
    kind: BankKind
    category: Category
    confirmed: bool
    sha256: str
    """Digest of the decoded pixels, as ``Image.sha256``."""
    pdq: str
    """64 hex digits."""
    quality: int
