"""Finding links in text, however they are written: defanged, bare, in look-alike letters."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import tldextract

from analysis.detectors.link_words import link_words
from analysis.text import View, fold

_DOT = re.compile(r"\s?[\[({<]\s?(?:\.|dot|punkt|punto)\s?[\])}>]\s?|[\u3002\uff61\u2024]")
_SAID_DOT = re.compile(r"(?<=[a-z0-9]) dot (?=(?:com|net|org|gg|ru|io|xyz|gift|app|me|ly)\b)")
_SCHEME = re.compile(r"\bh(?:xx|\*\*|tt)p(s?)\s?(?:\[:\]|:)\s?[/\\]{1,2}\s?")
_LINK = re.compile(
    r"(?<![\w@.\-])(?:(?P<scheme>https?|ftp)://(?P<rest>[^\s<>\"'`|]+)"
    r"|(?P<app>(?:tg|discord|steam|bitcoin|ethereum|litecoin|solana|monero):[^\s<>\"'`|]{4,})"
    r"|(?P<bare>(?:[\w\-]{1,63}\.){1,8}[^\W\d_][\w\-]{1,23}(?::\d{1,5})?(?:[/?#][^\s<>\"'`|]*)?))"
)
_PARTS = re.compile(
    r"(?:[a-z]+://)?(?:(?P<userinfo>[^/?#\\]*)@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^/?#\\:@\[\]]+)(?::\d*)?(?P<tail>.*)",
    re.DOTALL,
)
_TRAILING = ".,;:!?)]}*_~\u2026\u201d\u2019\u00bb"


@dataclass(frozen=True, slots=True)
class Link:
    """One link, taken apart. ``start`` and ``end`` are offsets in the text it stood in."""

    start: int
    end: int
    url: str
    """Re-armed, otherwise as written."""
    host: str
    """Folded to what it is drawn like, lower case, without port; empty for an app's own scheme."""
    written: str
    """The host in the letters it was written in, punycode decoded."""
    domain: str
    """The registered domain of ``host``, or the host itself where it has none."""
    suffix: str
    """The public suffix, empty for an address or an unknown one."""
    userinfo: str
    tail: str
    """Path, query and fragment."""

    @property
    def label(self) -> str:
        """The registered domain without its public suffix."""
        return self.domain.removesuffix(self.suffix).rstrip(".")

    @property
    def registered(self) -> str:
        """The registered domain in the letters it was written in: what it really is."""
        return ".".join(self.written.split(".")[-(self.domain.count(".") + 1) :])

    @property
    def above(self) -> str:
        """What stands before the registered domain."""
        return self.host.removesuffix(self.domain).rstrip(".")


@cache
def _extract() -> tldextract.TLDExtract:
    # The default would fetch the suffix list at first use; the bundled one is enough.
    # The list leaves reserved names out; demonstrations are written with one.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, extra_suffixes=("example",))


def find_links(text: str) -> Iterator[Link]:
    """Yield every link in order. Bare names need a suffix that is neither word nor file ending."""
    armed = fold(text).replaced(_DOT, lambda _: ".").replaced(_SAID_DOT, lambda _: ".")
    armed = armed.replaced(_SCHEME, lambda found: f"http{found[1]}://")
    for found in _LINK.finditer(armed.text):
        shown = found[0].rstrip(_TRAILING)
        start = found.start()
        if found["app"]:
            span = armed.span(start, start + len(shown))
            yield Link(*span, text[slice(*span)], "", "", "", "", "", shown)
        elif link := _taken_apart(text, armed, start, shown, bare=bool(found["bare"])):
            yield link


def _taken_apart(text: str, armed: View, start: int, shown: str, *, bare: bool) -> Link | None:
    parts = _PARTS.match(shown)
    if parts is None:
        return None
    place = armed.span(start + parts.start("host"), start + parts.end("host"))
    written = _as_written(text[slice(*place)], parts["host"])
    host = fold(written).text.strip(".")
    split = _extract().extract_str(host)
    if bare and not _plausible(split.suffix, parts["tail"], host):
        return None
    span = armed.span(start, start + len(shown))
    raw = text[slice(*span)]
    defanged = len(raw) != len(shown) or not raw.lower().startswith(shown[:3])
    url = shown if defanged else raw
    domain = f"{split.domain}.{split.suffix}" if split.domain and split.suffix else host
    userinfo = parts["userinfo"] or ""
    return Link(*span, url, host, written, domain, split.suffix, userinfo, parts["tail"])


def _as_written(raw: str, armed: str) -> str:
    """The host's own letters, punycode decoded; the re-armed form where it was defanged."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", raw) if c.isalnum() or c in ".-")
    host = letters.lower() if len(letters) == len(armed) else armed
    return ".".join(_from_punycode(label) for label in host.split("."))


def _from_punycode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _plausible(suffix: str, tail: str, host: str) -> bool:
    """Whether a name without a scheme is a link rather than a file or two run-on sentences."""
    if not suffix or suffix == host:
        return False
    return suffix in link_words().bare or tail.startswith("/") or host.startswith("www.")
