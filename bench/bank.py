"""How long a look-up among 100,000 known pictures takes."""

from random import Random
from statistics import median
from time import perf_counter

from analysis.bank import BankEntry, BankIndex
from analysis.taxonomy import Category
from analysis.types import BankKind, Image
from bench.figures import Figure

ENTRIES = 100_000


async def run() -> list[Figure]:
    """Build the index once, then look the same unknown pictures up."""
    random = Random(1)  # noqa: S311 - the same hashes in every run
    entries = [_entry(n, random.randbytes(32).hex()) for n in range(ENTRIES)]
    started = perf_counter()
    index = BankIndex(entries)
    built = perf_counter() - started
    took = [_look_up(index, random.randbytes(32).hex()) for _ in range(200)]
    return [
        Figure("look-up, also mirrored", median(took) * 1000, "ms", 1.0, note="median of 200"),
        Figure("building the index", built * 1000, "ms", note=f"{ENTRIES:,} entries"),
    ]


def _entry(number: int, pdq: str) -> BankEntry:
    sha256 = f"{number:064x}"
    return BankEntry(str(number), "b", BankKind.BAD, Category.GORE, True, sha256, pdq, 100)  # noqa: FBT003 - confirmed


def _look_up(index: BankIndex, pdq: str) -> float:
    image = Image(b"", 1, 1, "f" * 64, pdq, 100, 0)
    started = perf_counter()
    index.match(image)
    return perf_counter() - started
