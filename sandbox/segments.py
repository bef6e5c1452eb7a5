"""How many segments a text costs. Pure."""

GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_ESCAPED = set("^{}\\[~]|€\f")


def count_segments(body: str) -> int:
    """Return the number of segments, at least 1.

    GSM-7 160 alone or 153 each, UCS-2 70 or 67; neither an escape pair nor a surrogate pair is
    ever split, so the parts are packed rather than divided (3GPP TS 23.038, 23.040).
    """
    if all(c in GSM7 or c in GSM7_ESCAPED for c in body):
        return _pack([2 if c in GSM7_ESCAPED else 1 for c in body], 160, 153)
    return _pack([2 if ord(c) > 0xFFFF else 1 for c in body], 70, 67)


def _pack(sizes: list[int], alone: int, each: int) -> int:
    if sum(sizes) <= alone:
        return 1
    parts, room = 1, each
    for size in sizes:
        if size > room:
            parts, room = parts + 1, each
        room -= size
    return parts
