"""Coverage-guided fuzzing of the text stages with atheris, which is no dependency of the project.

    uv run --with atheris python tests/fuzz/stages.py -max_total_time=600 -max_len=1500 -len_control=0

Arguments are libFuzzer's. No corpus is needed: the first inputs are put together from the shapes that
pages have. An exception that leaves a stage stops it, and the input is written to a file beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["flows"]):
    from flows.clean import clean
    from flows.extract import extract
    from flows.read import page
    from flows.records import Page, Reject, Source
    from flows.restore import restore
    from flows.stitch import group_key, stitch
    from flows.tag import tag

PIECES = (
    "同志们：今天我们召开全县项目推进会，总结去年的工作，部署今年的任务。\n",
    "（2019年3月4日）\n浙江省某县县长 某某\n",
    "標題：在鄉鎮工作會議上的講話\n发文时间：2019-01-02 08:30\n来源URL：http://www.example.cn/a/123456_2.html\n",
    "項目(xiàng)義務(wù)結(jié)果??催^(guò)程 頂?shù)葐栴} 在當(dāng)?shù)?,\ue087\ue146",
    "第2页/共5页 先锋作3/7用 试读结束，还剩8页未读 ???? \\r\\n",
    "<html><head><title>讲话</title><meta name=pubdate content=2019-01-01></head><body>",
    '<div class=content><p>同志们</p><br><span style="display:none">x</span><ruby>字<rt>zì</rt></ruby>',
    "<table><tr><td>一、</td><td>&nbsp;&#21516;</td></tr></table><!-- x --><a href=a_2.html>下一页</a>",
    '{"text": "同志们", "url": "http://a.cn/1", "time": 1546300800, "title": null}',
    "## **一、**\n* 一\n> 二\n|a|b|\n[链接](http://a.cn)\n",
    "文章来源：网络　　　政 府 工 作 报 告\u200b\ufeff\ufffd\u0301😀",
    "版权说明：本文档由用户提供\n温馨提示：加微信abc123\n首页 > 讲话 > 正文\n",
)
"""What an input's bytes choose from, beside characters of its own."""
ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "utf-16-le")


def raw_page(data: bytes) -> bytes:
    """The bytes of a page: the input itself, or pieces and characters that its bytes choose."""
    given = atheris.FuzzedDataProvider(data)
    if given.ConsumeBool():
        return bytes(given.ConsumeBytes(given.remaining_bytes()))
    encoding = ENCODINGS[given.ConsumeIntInRange(0, len(ENCODINGS) - 1)]
    text: list[str] = []
    while given.remaining_bytes():
        choice = given.ConsumeIntInRange(0, len(PIECES) + 2)
        text.append(
            PIECES[choice] if choice < len(PIECES) else given.ConsumeUnicode(given.ConsumeIntInRange(1, 12))
        )
    return "".join(text).encode(encoding, "ignore")


def one_input(data: bytes) -> None:
    """Takes one input through all stages of a page and of the speech it makes."""
    found: Page | Reject = page(raw_page(data), Source(file="page"))
    for stage in (extract, restore, clean):
        if isinstance(found, Reject):
            return
        found = stage(found)
    if isinstance(found, Page):
        group_key(found)
        for speech in stitch([found, found]):
            tag(speech)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
