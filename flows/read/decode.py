"""Bytes to characters: the encoding is what the bytes say, not what the page declares."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from flows import mojibake
from flows.likelihood import CLEAR, SENSE, gain, mean_gain
from flows.read.refused import Refused
from flows.records import Edit

ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
"""Tried in this order; gb18030 holds GBK and GB2312, big5hkscs holds Big5."""
SELF_PROVING = frozenset({"euc_jp", "shift_jis", "cp932", "euc_kr", "cp949", "big5", "cp950"})
"""Taken at the page's word where the bytes fit and are no Chinese in any of ENCODINGS: few texts fit by
chance. big5 and cp950 hold a few characters that big5hkscs gives another place."""
WESTERN = frozenset({"iso8859-1", "cp1252", "iso8859-15", "ascii"})
"""The same, but every text fits; so only where it is nearly all ASCII."""
WESTERN_SHARE = 0.05

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)[ \t]{0,8}=[ \t]{0,8}["']?([A-Za-z0-9_-]{3,20})""", re.I)
_NAMES = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs"}
_LOST = re.compile("\ufffd+")
_LOST_BEFORE = re.compile(b"(?:\xef\xbf\xbd)+")
_PAIRED_SURROGATES = re.compile(b"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_CONTROLS = bytes([*range(9), *range(14, 27), *range(28, 32)])
_RUN = re.compile(rb"[\x80-\xff][\x21-\xff]*")
"""From a byte that is no ASCII to white space, which is no part of a character in GBK and Big5."""

SAMPLE = 4096
"""Bytes looked at to tell encodings apart; a tenth of it would do."""
SHORT = 400
"""Bytes below which text that happens to be valid UTF-8 may yet be GBK: two characters may, 20 never."""
WORD = 5.0
"""Natural-log units in favour of the encoding that is declared: as much as one common character."""
LOST_SHARE = 0.01
"""The most of a page's characters that may be undecodable."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The characters of a page, how they were coded, and how many places could not be decoded."""

    text: str
    encoding: str
    gaps: int = 0
    edits: tuple[Edit, ...] = ()
    """What was wrongly decoded before it was saved, and put right; positions as :class:`Edit` says."""


_BLANK = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\ufeff\u200b\0"
"""White space, the separators among the control characters included, and characters that show nothing."""


def decode(raw: bytes, charset: str | None = None) -> Decoded:
    """Decodes a page. Refuses it as ``empty``, ``binary`` or ``undecodable``.

    The encoding is the one in which the bytes are likeliest as Chinese. What the page declares, or the
    ``charset`` that came with it (of an HTTP or MIME header; it goes before the page's own word), decides
    only what is close. A few undecodable bytes in a page that is otherwise clear become U+FFFD and are
    counted in ``gaps``.

    >>> decode("<meta charset=utf-8>同志们，今天开会。".encode("gbk")).encoding
    'gb18030'
    """
    if len(raw.strip()) < 2:
        raise Refused("empty", "nothing but white space" if raw else "0 bytes")
    found = _by_bom(raw) or _as_utf8(raw) or _by_sense(raw, _declared(raw, charset))
    if not found.text.strip(_BLANK):
        raise Refused("empty", "nothing but white space")
    text, edits, gaps = mojibake.repair(found.text, stage="read")
    return replace(found, text=text, edits=tuple(edits), gaps=found.gaps + gaps) if edits else found


def _by_bom(raw: bytes) -> Decoded | None:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            found = _attempt(raw[len(bom) :], encoding)
            if found.gaps <= _allowance(found):
                return found
    return None


def _as_utf8(raw: bytes) -> Decoded | None:
    if b"\0" in raw:
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if len(raw) < SHORT and gain(text) < 0:
        for encoding in ENCODINGS[1:3]:
            other = _attempt(raw, encoding)
            if not other.gaps and gain(other.text) > WORD and mean_gain(other.text) > CLEAR:
                return other
    _refuse_binary(raw)
    return Decoded(text.removeprefix("\ufeff"), "utf-8")


def _by_sense(raw: bytes, declared: str) -> Decoded:
    """The encoding in which the bytes make the most sense as Chinese."""
    readings = [_attempt(sample, encoding) for encoding, sample in _samples(raw)]
    likeliest = max(readings, key=lambda r: gain(r.text) + WORD * (r.encoding == declared))
    sense = mean_gain(likeliest.text)
    best = _attempt(raw, likeliest.encoding)
    if best.gaps > _allowance(best) and not best.encoding.startswith("utf-16"):
        best = _line_by_line(raw, best)
    plain = likeliest.encoding.startswith("utf-16") and likeliest.text.isascii() and not gain(likeliest.text)
    if (sense >= SENSE or plain) and best.gaps <= _allowance(best):
        if not best.encoding.startswith("utf-16"):
            _refuse_binary(raw)
        return best
    if b"\0" in raw:
        raise Refused("binary", "it holds NUL bytes and is no Chinese in UTF-16")
    _refuse_binary(raw)
    taken = _at_its_word(raw, declared)
    if taken:
        return taken
    guess = f"the nearest is {best.encoding}, {best.gaps} places lost" if sense > 0 else "none is near"
    raise Refused("undecodable", f"neither UTF-8, UTF-16, GB18030 nor Big5; {guess}")


def _declared(raw: bytes, charset: str | None) -> str:
    """The encoding that is declared, by the name that Python has for it, or an empty name."""
    found = _DECLARED.search(raw[:4096])
    for name in (charset, found[1].decode() if found else None):
        try:
            known = codecs.lookup(name or "").name
        except (LookupError, ValueError):
            continue
        return _NAMES.get(known, known)
    return ""


def _samples(raw: bytes) -> list[tuple[str, bytes]]:
    """The encodings that may be, and what of the page they are compared on."""
    if b"\0" in raw:
        step = max(SAMPLE // 8, len(raw) // 16 * 2)  # even, so that UTF-16 stays in step
        sample = b"".join(raw[at : at + SAMPLE // 8] for at in range(0, len(raw), step))
        return [(encoding, sample) for encoding in ENCODINGS]
    if len(raw) <= SAMPLE:
        return [(encoding, raw) for encoding in (ENCODINGS if len(raw) % 2 == 0 else ENCODINGS[:3])]
    runs, size = list[bytes](), 0
    for run in _RUN.finditer(raw):
        runs.append(run[0][:SAMPLE])
        size += len(runs[-1])
        if size >= SAMPLE:
            break
    return [(encoding, b"\n".join(runs)) for encoding in ENCODINGS[:3]]


def _attempt(raw: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(raw.decode(encoding), encoding)
    except UnicodeDecodeError:
        pass
    before = 0
    if encoding == "utf-8":
        raw = _PAIRED_SURROGATES.sub(_joined, raw)
        before = sum(1 for _ in _LOST_BEFORE.finditer(raw))
    text = raw.decode(encoding, "replace")
    return Decoded(text, encoding, max(0, sum(1 for _ in _LOST.finditer(text)) - before))


def _joined(found: re.Match[bytes]) -> bytes:
    """Two surrogates that some databases write as three bytes each, as the one character they are."""
    text = found[0].decode("utf-8", "surrogatepass")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le").encode("utf-8")


def _line_by_line(raw: bytes, whole: Decoded) -> Decoded:
    """A page put together from parts in different encodings, where every line is clear by itself."""
    lines, gaps = list[str](), 0
    for line in raw.splitlines(keepends=True):
        found = _attempt(line, whole.encoding)
        if found.gaps:
            others = (_attempt(line, encoding) for encoding in ENCODINGS[:3])
            clear = (r for r in others if not r.gaps and mean_gain(r.text) >= CLEAR)
            found = max(clear, key=lambda r: gain(r.text), default=found)
        lines.append(found.text)
        gaps += found.gaps
    return Decoded("".join(lines), whole.encoding, gaps)


def _at_its_word(raw: bytes, declared: str) -> Decoded | None:
    """A page in another language, decoded as it declares."""
    high = len(raw) - len(raw.translate(None, bytes(range(0x80, 0x100))))
    if declared in WESTERN and high <= len(raw) * WESTERN_SHARE:
        declared = "cp1252"
    elif declared not in SELF_PROVING:
        return None
    found = _attempt(raw, declared)
    return None if found.gaps else found


def _allowance(found: Decoded) -> float:
    return max(3, len(found.text) * LOST_SHARE)


def _refuse_binary(raw: bytes) -> None:
    """Text has hardly a control character; anything else has many."""
    sample = raw[:65536]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > max(2, len(sample) // 50):
        raise Refused("binary", f"{controls} control bytes in its first {len(sample)}")
