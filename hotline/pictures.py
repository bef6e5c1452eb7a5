"""What a photograph may be, and what is left of it: its picture, without where and by what it was taken. Pure.

Formats: JPEG (ITU-T T.81; what a camera adds is in the segments of Exif), PNG (ISO/IEC 15948), WebP (RFC 9649).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from base.errors import BadInput

MOST_BYTES = 6 * 1024 * 1024
MOST_SIDE = 12_000
"""Pixels of a side; more than any telephone takes, and a picture that a browser cannot draw is none."""
MOST_PIXELS = 60_000_000

_JPEG, _PNG, _RIFF = b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF"
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}
_SCAN, _END, _EXIF, _REMARK = 0xDA, 0xD9, 0xE1, 0xFE
_OF_COLOUR = (b"JFIF\x00", b"Adobe", b"ICC_PROFILE\x00")
"""What a picture is drawn by; of every other segment of a maker's nothing is kept."""
_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs"})
_PARTS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"})
_HAS_EXIF_OR_XMP = 0b0000_1100


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes to keep, of a `kind` (`jpeg`, `png`, `webp`), and its sides in pixels."""

    kind: str
    data: bytes
    width: int
    height: int


def picture_of(sent: bytes) -> Picture:
    """The picture in what was `sent`. Raises `BadInput`: too large, no picture of a kind we take, or a broken one."""
    if len(sent) > MOST_BYTES:
        raise BadInput(
            f"照片超过 {MOST_BYTES // 2**20} MB，请压缩或重拍。The photo is larger than {MOST_BYTES // 2**20} MB."
        )
    try:
        picture = _read(sent)
        if not (picture.width and picture.height):
            raise ValueError("no sides")
    except (struct.error, IndexError, ValueError) as broken:
        raise BadInput("照片不完整，请重新拍一张。The photo is damaged: please take it again.") from broken
    if max(picture.width, picture.height) > MOST_SIDE or picture.width * picture.height > MOST_PIXELS:
        raise BadInput("照片尺寸太大，请重拍。The photo has too many pixels.")
    return picture


def _read(sent: bytes) -> Picture:
    if sent.startswith(_JPEG):
        return _jpeg(sent)
    if sent.startswith(_PNG):
        return _png(sent)
    if sent.startswith(_RIFF) and sent[8:12] == b"WEBP":
        return _webp(sent)
    raise BadInput("只能用 JPEG、PNG 或 WebP 照片。A photo has to be a JPEG, PNG or WebP.")


def _jpeg(sent: bytes) -> Picture:
    """Segment by segment; what stands behind the end, as a film of a second, is not kept."""
    kept, sides, turned, at = bytearray(_JPEG), (0, 0), 1, 2
    while True:
        if sent[at] != 0xFF:
            raise ValueError("no marker")
        marker = sent[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker == _END:
            kept += b"\xff\xd9"
            break
        if marker in _ALONE:
            kept += sent[at : at + 2]
            at += 2
            continue
        (length,) = struct.unpack_from(">H", sent, at + 2)
        body = sent[at + 4 : at + 2 + length]
        if length < 2 or len(body) != length - 2:
            raise ValueError("cut off")
        if marker in _SIZES:
            height, width = struct.unpack_from(">HH", body, 1)
            sides = width, height
        if marker == _EXIF and body.startswith(b"Exif\x00\x00"):
            turned = _turned(body[6:])
        if not (0xE0 <= marker <= 0xEF or marker == _REMARK) or body.startswith(_OF_COLOUR):
            kept += sent[at : at + 2 + length]
        at += 2 + length
        if marker == _SCAN:
            end = _end_of_scan(sent, at)
            kept += sent[at:end]
            at = end
    if turned != 1:
        kept[2:2] = _turning(turned)
    return Picture("jpeg", bytes(kept), *sides)


def _end_of_scan(sent: bytes, at: int) -> int:
    """Where the next marker stands: in the data of a scan FF is followed by 00, or begins anew (D0 to D7)."""
    while True:
        at = sent.index(b"\xff", at)
        if sent[at + 1] == 0x00 or 0xD0 <= sent[at + 1] <= 0xD7:
            at += 2
        else:
            return at


def _turned(tiff: bytes) -> int:
    """How the camera was held, 1 to 8 (Exif, tag 0112); 1 where it does not say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * entry)
            if (tag, kind) == (0x0112, 3):
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _turning(turned: int) -> bytes:
    """An Exif segment that says how the camera was held, and nothing else."""
    tiff = b"MM\x00\x2a" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turned, 0, 0)
    body = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(sent: bytes) -> Picture:
    kept, sides = bytearray(_PNG), (0, 0)
    for name, body, whole in _png_chunks(sent):
        if name == b"IHDR":
            sides = struct.unpack_from(">II", body)
        if name in _CHUNKS:
            kept += whole
    return Picture("png", bytes(kept), *sides)


def _png_chunks(sent: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    at, name = len(_PNG), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", sent, at)
        whole = sent[at : at + 12 + length]
        if len(whole) != 12 + length or zlib.crc32(whole[4:-4]) != struct.unpack(">I", whole[-4:])[0]:
            raise ValueError("cut off")
        yield name, whole[8:-4], whole
        at += 12 + length


def _webp(sent: bytes) -> Picture:
    (size,) = struct.unpack_from("<I", sent, 4)
    inside, at, kept, sides = sent[12 : 8 + size], 0, bytearray(), (0, 0)
    if len(inside) != size - 4:
        raise ValueError("cut off")
    while at < len(inside):
        name, length = struct.unpack_from("<4sI", inside, at)
        body = inside[at + 8 : at + 8 + length]
        if len(body) != length:
            raise ValueError("cut off")
        sides = _webp_sides(name, body) or sides
        if name == b"ANMF":
            raise ValueError("a film")
        if name == b"VP8X":
            body = bytes([body[0] & ~_HAS_EXIF_OR_XMP]) + body[1:]
        if name in _PARTS:
            kept += name + struct.pack("<I", length) + body + b"\x00" * (length % 2)
        at += 8 + length + length % 2
    return Picture("webp", _RIFF + struct.pack("<I", len(kept) + 4) + b"WEBP" + bytes(kept), *sides)


def _webp_sides(name: bytes, body: bytes) -> tuple[int, int] | None:
    """The sides that a part of a WebP says; None where it says none."""
    if name == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    return None
