"""Make those dumps of ``data/samples`` that are not written by hand, from the readable texts in ``sources``.

Run from the checkout after changing a source: ``PYTHONPATH=tests python -m samples.build``.
A test fails when the dumps and this script are out of step.
"""

import base64
import gzip
import io
import json
import re
import zipfile
from pathlib import Path

from opencc import OpenCC
from restore.damage import damage

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
SOURCES = Path(__file__).resolve().parent / "sources"

PAGE_BREAK = "⏎"
_MASKED = re.compile("含山县|巢湖市|林头镇|运漕镇|清溪镇|含山")
_TO_TRADITIONAL = OpenCC("s2t").convert
# The forms that mainland sites use in their traditional pages, where OpenCC's standard has rarer ones.
_SITE_FORMS = str.maketrans("爲衆羣裏纔覈喫紮", "為眾群裡才核吃扎")
_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def build() -> dict[str, bytes]:
    """The dumps by name."""
    return {
        "01_viewer_traditional.txt": _utf8(viewer(_source("01_viewer.txt"))),
        "02_pinyin_byte_shift.txt": _utf8(damaged(_source("02_pinyin.txt"))),
        "05 全省安全生产会议.html": _source("05_gbk.html").encode("gbk"),
        "07_copy_masked.txt": _utf8(masked_copy(_speech("12_fields.txt"))),
        "08_copy_cut.txt": _utf8(cut_copy(_speech("12_fields.txt"))),
        "09_records.jsonl.gz": records(),
        "10_archive.zip": archive(),
        "11_not_text.txt": base64.b64decode(_PNG),
    }


def traditional(text: str) -> str:
    """The text in traditional characters, as a mainland document site converts it."""
    return _TO_TRADITIONAL(text).translate(_SITE_FORMS)


def viewer(text: str) -> str:
    """A document viewer's page: traditional characters, and the pages as numbered fragments."""
    readings = {"續": "xù", "鎮": "zhèn", "業": "yè", "創": "chuàng"}
    lines = traditional(text).split("\n")
    body = next(i for i, line in enumerate(lines) if PAGE_BREAK in line)
    lines[body] = "\n\n".join(f"{n}、{part}" for n, part in enumerate(lines[body].split(PAGE_BREAK), 1))
    return _broken("\n".join(lines), readings)


def damaged(text: str) -> str:
    """A page in traditional characters with pinyin notes; some of these tear other characters apart."""
    readings = {
        "數": "shù", "展": "zhǎn", "目": "mù", "務": "wù", "縣": "xiàn", "業": "yè",
        "項": "xiàng", "會": "huì", "導": "dǎo", "產": "chǎn", "實": "shí", "當": "dāng",
    }  # fmt: skip
    return _broken(traditional(text), readings)


def _broken(text: str, readings: dict[str, str]) -> str:
    return damage(text.replace("！", "!"), readings).broken


def masked_copy(speech: str) -> str:
    """The speech on another site: place names masked, dateline gone, a few words changed."""
    title, rest = speech.split("\n", 1)
    body = _MASKED.sub(_mask, rest[rest.index("同志们：") :])
    for before, after in (("吃住在外", "吃住在外地"), ("甩开膀子大干一场", "甩开膀子加油干")):
        body = body.replace(before, after)
    return (
        f"{title}\n时间：2019-06-11 08:40:00\n"
        f"导语：{title}由会员上传，仅供学习交流，如需修改请联系在线客服。\n{body}\n"
        "文章来源：文秘之家 www.wenmizhijia.example\n"
    )


def _mask(name: re.Match[str]) -> str:
    return "XX" + (name[0][-1] if name[0][-1] in "县市镇" else "")


def cut_copy(speech: str) -> str:
    """The first 60 % of the speech, where another site's free preview stops."""
    title, body = speech.split("\n", 1)
    kept = body[: len(body) * 6 // 10]
    return f"{title}\n{kept}\n............试读结束............\n下载全文请先登录或注册会员\n"


def records() -> bytes:
    """Three pages as a scraper writes them, one of them without text."""
    pages = [
        _record("https://www.gwbook.example/a/20150302-118.html", "09_moganshan.txt", "2015-03-02 08:15:00"),
        _record("https://www.gwbook.example/a/20081107-006.html", "09_national.txt", "2008-11-07 16:20:00"),
        {"url": "https://www.gwbook.example/a/20160101-900.html", "title": "页面不存在", "text": ""},
    ]
    lines = "".join(json.dumps(page, ensure_ascii=False) + "\n" for page in pages)
    return gzip.compress(lines.encode(), mtime=0)


def archive() -> bytes:
    """A zip with GBK names, as Windows in China writes it; one member in UTF-8, one in GBK.

    ``zipfile`` can't write such names, so same-length stand-ins are swapped for them afterwards.
    """
    members = {
        "全市招商引资推进会讲话.txt": _source("10_weinan.txt").encode(),
        "区长讲话 消防与信访.txt": _source("10_gulou.txt").encode("gbk"),
    }
    out = io.BytesIO()
    stand_ins = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for number, (name, data) in enumerate(members.items()):
            gbk = name.encode("gbk")
            stand_in = f"stand-in-{number}".ljust(len(gbk), "_")
            stand_ins[stand_in.encode()] = gbk
            file.writestr(zipfile.ZipInfo(stand_in, (2020, 1, 1, 0, 0, 0)), data)
    packed = out.getvalue()
    for stand_in_bytes, gbk in stand_ins.items():
        packed = packed.replace(stand_in_bytes, gbk)
    return packed


def _record(url: str, source: str, published: str) -> dict[str, str]:
    title, text = _source(source).rstrip("\n").split("\n", 1)
    return {"url": url, "title": title, "publish_time": published, "text": text}


def _speech(name: str) -> str:
    """Title and paragraphs, one a line, of a hand-written sample with field lines."""
    head, body = (SAMPLES / name).read_text("utf-8").split("正文：", 1)
    title = head.split("\n", 1)[0].removeprefix("标题：")
    return "\n".join([title, *(line for line in body.split("\n") if line)])


def _source(name: str) -> str:
    return (SOURCES / name).read_text("utf-8")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8")


def main() -> None:
    """Write the dumps into ``data/samples``."""
    for name, data in build().items():
        (SAMPLES / name).write_bytes(data)


if __name__ == "__main__":
    main()
