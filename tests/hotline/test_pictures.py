"""A photo is a picture and nothing else: what is no picture is refused, and what tells of its maker is cut out."""

import struct
import zlib

import pytest

from base.errors import BadInput
from hotline.pictures import MOST_BYTES, picture_of
from tests.hotline.photographs import JPEG, PNG, WEBP

GPS = b"GPSLatitude 31.2304 N"


def exif(orientation: int | None, *, order: str = ">") -> bytes:
    """What a camera writes before the picture, with a place in it."""
    entries = [] if orientation is None else [struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)]
    mark = b"MM\x00\x2a" if order == ">" else b"II\x2a\x00"
    tiff = mark + struct.pack(f"{order}I", 8) + struct.pack(f"{order}H", len(entries)) + b"".join(entries)
    body = b"Exif\x00\x00" + tiff + struct.pack(f"{order}I", 0) + GPS
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def with_segment(segment: bytes) -> bytes:
    return JPEG[:2] + segment + JPEG[2:]


def with_chunk(name: bytes, body: bytes) -> bytes:
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return PNG[:33] + chunk + PNG[33:]


def with_part(name: bytes, body: bytes) -> bytes:
    inside = WEBP[12:] + name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(inside) + 4) + b"WEBP" + inside


@pytest.mark.parametrize(("sent", "kind"), [(JPEG, "jpeg"), (PNG, "png"), (WEBP, "webp")])
def test_a_plain_picture_is_kept_as_it_came(sent: bytes, kind: str) -> None:
    picture = picture_of(sent)
    assert (picture.kind, picture.width, picture.height, picture.data) == (kind, 24, 16, sent)


@pytest.mark.parametrize(
    ("sent", "plain"),
    [
        (with_segment(exif(None)), JPEG),
        (with_segment(b"\xff\xe1" + struct.pack(">H", len(GPS) + 2) + GPS), JPEG),
        (with_segment(b"\xff\xfe" + struct.pack(">H", len(GPS) + 2) + GPS), JPEG),
        (with_segment(b"\xff\xed" + struct.pack(">H", len(GPS) + 2) + GPS), JPEG),
        (JPEG + GPS, JPEG),
        (with_chunk(b"eXIf", GPS), PNG),
        (with_chunk(b"tEXt", GPS), PNG),
        (PNG + GPS, PNG),
        (with_part(b"EXIF", GPS), WEBP),
        (with_part(b"XMP ", GPS), WEBP),
        (WEBP + GPS, WEBP),
    ],
)
def test_where_it_was_taken_is_cut_out(sent: bytes, plain: bytes) -> None:
    assert GPS in sent
    assert picture_of(sent).data == plain


@pytest.mark.parametrize("order", [">", "<"])
def test_how_the_camera_was_held_is_all_that_stays(order: str) -> None:
    kept = picture_of(with_segment(exif(6, order=order))).data
    assert GPS not in kept
    assert kept.endswith(JPEG[2:])
    assert picture_of(kept).data == kept, "read again it is the same"
    assert struct.pack(">HHIH", 0x0112, 3, 1, 6) in kept


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "JPEG"),
        (b"<html><script>alert(1)</script>", "JPEG"),
        (b"GIF89a" + b"\x00" * 30, "JPEG"),
        (b"%PDF-1.7", "JPEG"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "JPEG"),
        (JPEG[:-40], "damaged"),
        (JPEG[:3], "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (PNG[:-20], "damaged"),
        (PNG.replace(b"IDAT", b"IDAX"), "damaged"),
        (WEBP[:-9], "damaged"),
        (with_part(b"ANMF", GPS), "damaged"),
        (PNG[:16] + struct.pack(">II", 20_000, 20_000) + PNG[24:], "damaged"),
        (JPEG + b"\x00" * MOST_BYTES, "larger than 6 MB"),
    ],
)
def test_what_is_no_picture_is_refused_with_why(sent: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        picture_of(sent)


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    head = struct.pack(">II", 20_000, 20_000) + PNG[24:29]
    vast = PNG[:16] + head + struct.pack(">I", zlib.crc32(b"IHDR" + head)) + PNG[33:]
    with pytest.raises(BadInput, match="too many pixels"):
        picture_of(vast)
