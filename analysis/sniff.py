"""What a file is, told from its first bytes alone; its name and declared type decide nothing."""

import re
from dataclasses import dataclass

from analysis.errors import UnreadableMedia, UnsupportedMedia


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of picture that we decode."""

    pillow: str
    """The one decoder that may open it, by Pillow's name."""
    media_type: str


JPEG = Format("JPEG", "image/jpeg")
PNG = Format("PNG", "image/png")
GIF = Format("GIF", "image/gif")
WEBP = Format("WEBP", "image/webp")
AVIF = Format("AVIF", "image/avif")
BMP = Format("BMP", "image/bmp")

_HEAD = 1024
"""How far a text may go on before its root element; chosen by eye."""

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}

_DECODED: tuple[tuple[bytes, Format], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
)

# Signatures: https://en.wikipedia.org/wiki/List_of_file_signatures and the formats' own texts.
_KNOWN: tuple[tuple[bytes, str], ...] = (
    (b"%!PS", "a PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"%PDF-", "a PDF document"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"II+\0", "a TIFF picture"),
    (b"MM\0+", "a TIFF picture"),
    (b"8BPS", "a Photoshop file"),
    (b"\0\0\1\0", "an icon file"),
    (b"\0\0\2\0", "a cursor file or TGA picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"DDS ", "a DirectDraw texture"),
    (b"qoif", "a QOI picture"),
    (b"gimp xcf", "a GIMP file"),
    (b"v/1\1", "an OpenEXR picture"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
    (b"\0\0\1\xba", "an MPEG video"),
    (b"\0\0\1\xb3", "an MPEG video"),
    (b"FLV\1", "a Flash video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
    (b"OggS", "an Ogg sound or video"),
    (b"fLaC", "a FLAC sound"),
    (b"ID3", "an MP3 sound"),
    (b"#!AMR", "an AMR sound"),
    (b"MThd", "a MIDI file"),
    (b"PK\3\4", "a ZIP archive or office document"),
    (b"PK\5\6", "a ZIP archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
)

_CONTAINERS = {
    (b"RIFF", b"WAVE"): "a WAV sound",
    (b"RIFF", b"AVI "): "an AVI video",
    (b"FORM", b"AIFF"): "an AIFF sound",
    (b"FORM", b"AIFC"): "an AIFF sound",
}
_MPEG_SOUND = re.compile(rb"\xff[\xe2\xe3\xf1-\xf5\xf9-\xfd]")
_SVG = re.compile(rb"<(?:[\w.-]{1,32}:)?svg[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script)[\s>]", re.IGNORECASE)
_LOTTIE = re.compile(rb'"(v|fr|ip|op|layers)"\s*:')
"""Members that every Lottie animation has (lottie.github.io, "Animation")."""
_TGA_FOOTER = b"TRUEVISION-XFILE.\0"


def sniff(data: bytes) -> Format:
    """Tell which of the six kinds of picture we decode this is.

    Raises:
        UnsupportedMedia: another kind that we recognise; the sentence names it.
        UnreadableMedia: nothing that we recognise, or no bytes at all.
    """
    if not data:
        raise UnreadableMedia("the file is empty")
    for magic, found in _DECODED:
        if data.startswith(magic):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and _brands(data) & _AVIF_BRANDS:
        return AVIF
    if _is_bmp(data):
        return BMP
    kind = _known(data)
    if kind:
        raise UnsupportedMedia(f"{kind} is not looked into")
    raise UnreadableMedia("the file is not a picture of a kind we know")


def _brands(data: bytes) -> set[bytes]:
    """The brands an ISO media file claims: ISO/IEC 14496-12, section 4.3."""
    box = data[8 : min(int.from_bytes(data[:4], "big"), 128)]
    return {box[:4], *(box[start : start + 4] for start in range(8, len(box), 4))}


def _is_bmp(data: bytes) -> bool:
    """``BM`` begins much prose; the size of the second header must be a known one too."""
    sizes = {12, 16, 40, 52, 56, 64, 108, 124}  # [MS-WMF] and OS/2 bitmap headers
    return data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in sizes


def _known(data: bytes) -> str | None:
    for magic, kind in _KNOWN:
        if data.startswith(magic):
            return kind
    if data[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}:
        return _iso(data)
    if _MPEG_SOUND.match(data):
        return "an MP3 or AAC sound"
    if data.endswith(_TGA_FOOTER):
        return "a TGA picture"
    return _CONTAINERS.get((data[:4], data[8:12])) or _text(data)


def _iso(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        brands = _brands(data)
        if brands & _HEIF_BRANDS:
            return "a HEIC picture"
        if {b"M4A ", b"M4B "} & brands:
            return "an M4A sound"
    return "an MP4 or QuickTime video"


def _text(data: bytes) -> str | None:
    """SVG and HTML, behind a byte-order mark, blanks, an XML prologue or comments; Lottie."""
    head = data[:_HEAD]
    if head.lstrip().startswith(b"{") and len(set(_LOTTIE.findall(head))) >= 3:  # noqa: PLR2004 - of five; chosen by eye
        return "a Lottie animation"
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        head = head[2:].replace(b"\0", b"")
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return None
    if _SVG.search(head):
        return "an SVG drawing"
    if _HTML.search(head):
        return "an HTML page"
    return "an XML document" if b"<?xml" in head else None
