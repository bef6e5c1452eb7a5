"""A picture of a page in 256 colours at most, which is all that it has but for the edges of its letters."""

import base64
import struct
import zlib
from collections import Counter
from functools import cache

from playwright.sync_api import Page

MOST_COLOURS = 256
ROUGH = 8
"""Rare shades as near as this to each other go to the same one of the kept colours."""
_PIXELS = """async picture => {
  const made = await createImageBitmap(await (await fetch(picture)).blob());
  const canvas = new OffscreenCanvas(made.width, made.height), drawn = canvas.getContext('2d');
  drawn.drawImage(made, 0, 0);
  const pixels = new Blob([drawn.getImageData(0, 0, made.width, made.height).data]);
  const address = await new Promise(done => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(pixels);
  });
  return [made.width, made.height, address.split(',')[1]];
}"""
Colour = tuple[int, int, int]


def reduced(picture: bytes, blank: Page) -> bytes:
    """The same PNG with a palette. `blank`: a page of nothing, whose browser takes the picture apart."""
    address = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    width, height, pixels = blank.evaluate(_PIXELS, address)
    words = memoryview(base64.b64decode(pixels)).cast("I")
    counted = Counter(words)
    kept = [word for word, _ in counted.most_common(MOST_COLOURS)]
    places = {word: place for place, word in enumerate(kept)} | _nearest(counted.keys() - set(kept), kept)
    return _png(width, height, [_colour(word) for word in kept], bytes(map(places.__getitem__, words)))


def _colour(word: int) -> Colour:
    red, green, blue, _ = struct.pack("=I", word)
    return red, green, blue


def _nearest(words: set[int], kept: list[int]) -> dict[int, int]:
    """The place of the kept colour that is nearest to each."""
    colours = [_colour(word) for word in kept]

    @cache
    def place(rough: Colour) -> int:
        return min(range(len(colours)), key=lambda n: sum((a - b) ** 2 for a, b in zip(rough, colours[n], strict=True)))

    return {word: place(_rough(_colour(word))) for word in words}


def _rough(colour: Colour) -> Colour:
    red, green, blue = (value // ROUGH * ROUGH + ROUGH // 2 for value in colour)
    return red, green, blue


def _png(width: int, height: int, colours: list[Colour], places: bytes) -> bytes:
    """As https://www.w3.org/TR/png-3/ has it: eight bits a pixel, no filter (it would only spoil equal bytes)."""
    rows = b"".join(b"\0" + places[at : at + width] for at in range(0, width * height, width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", bytes(sum(colours, ()))), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
