"""The sound in a recording: a soft tone, as long as somebody spoke. Pure."""

import array
import io
import math
import wave

RATE_HZ = 8000


def tone(seconds: float) -> bytes:
    """Return a mono 16-bit WAV file of this length."""
    one_second = array.array("h", (int(2400 * math.sin(2 * math.pi * 330 * n / RATE_HZ)) for n in range(RATE_HZ)))
    frames = max(1, int(seconds * RATE_HZ))
    sound = (one_second.tobytes() * (frames // RATE_HZ + 1))[: frames * 2]
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(sound)
    return file.getvalue()
