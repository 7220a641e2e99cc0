"""The damage that byte-by-byte replacement does to a GBK page, made on purpose.

Some document sites hold their pages in GBK, put the pinyin after every occurrence of chosen characters
and turn ``？`` into ``?``, both on the bytes and without regard to where a character begins. Where the
bytes of a chosen character straddle two others, these are torn apart and what follows is read one byte
out of step. :func:`shift` does the same to a clean text, so that the right text is known.
"""

import re
from collections.abc import Mapping

HALF_WIDTH = str.maketrans("，：；（）！", ",:;()!")
_QUESTION = "？".encode("gbk")
_ORPHAN = re.compile(r"\?\(([a-zà-ǜ]+\))")


def shift(text: str, readings: Mapping[str, str]) -> str:
    """The page as such a site shows it: ``readings`` gives each chosen character its pinyin.

    The characters are replaced one after another, in the order given.

    >>> shift("合同不少。可是,", {})
    '合同不少??墒?,'
    >>> shift("服務", {"務": "wù"})
    '服務(wù)'
    >>> shift("當地,", {"數": "shù"})
    '當?shù)?,'
    """
    data = text.translate(HALF_WIDTH).encode("gbk")
    for character, reading in readings.items():
        data = data.replace(character.encode("gbk"), f"{character}({reading})".encode("gbk"))
    return _ORPHAN.sub(r"?\1", decode(data.replace(_QUESTION, b"?")))


def decode(data: bytes) -> str:
    """Read bytes as GBK the way a lenient converter does: ``?`` for what has no character.

    Pairs of the user-defined areas become private-use characters, as in Microsoft's code page 936.
    """
    out, i = [], 0
    while i < len(data):
        lead, trail = data[i], data[i + 1] if i + 1 < len(data) else 0
        if lead < 0x80:
            out.append(chr(lead))
            i += 1
        elif 0x81 <= lead <= 0xFE and 0x40 <= trail <= 0xFE and trail != 0x7F:
            out.append(_pair(lead, trail))
            i += 2
        else:
            out.append("?")
            i += 1
    return "".join(out)


def _pair(lead: int, trail: int) -> str:
    if 0xAA <= lead <= 0xAF and trail >= 0xA1:
        return chr(0xE000 + 94 * (lead - 0xAA) + trail - 0xA1)
    if lead >= 0xF8 and trail >= 0xA1:
        return chr(0xE234 + 94 * (lead - 0xF8) + trail - 0xA1)
    if 0xA1 <= lead <= 0xA7 and trail <= 0xA0:
        return chr(0xE4C6 + 96 * (lead - 0xA1) + trail - 0x40 - (trail > 0x7F))
    try:
        return bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return "?"
