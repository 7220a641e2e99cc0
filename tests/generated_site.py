"""A site that does not exist: speeches made up of words, in pages with the site's own lines around them."""

from __future__ import annotations

import json
import random
from pathlib import Path

HOST = "www.chaoyangge.example.cn"
TOP = ["朝阳阁夜读 一城山水半城书", "渡口旧事录 与老街灯火同读"]
INSIDE = "此处风景由朝阳阁摄影社拍摄"
BOTTOM = ["晨起读一页 晚来听江声 朝阳阁与渡口的灯一同亮着", "阁中藏卷一万二千余，第{n}位客人"]
STANDING = ["同志们：", "一、提高认识", "谢谢大家！", "鹤川县人民政府办公室", "2021年3月5日"]
"""What the writers of this site share."""

_WORDS = """
各乡镇党委 县发改部门 园区管理委员会 交通运输系统 水利战线职工 教育系统 卫生健康部门 财税部门
要紧紧围绕 必须始终坚持 已经基本完成 正在全力推进 要认真总结 应当主动对接 要切实加强 年内争取建成
河道清淤任务 标准厂房建设 村级道路硬化 高标准农田改造 老旧小区整治 双语学校扩建 冷链物流基地 古渡口保护
确保年底见到实效 不让一户群众掉队 力争走在全市前列 绝不允许推诿扯皮 为明年开局打好基础 让百姓少跑一趟路
"""
_WHO, _HOW, _WHAT, _WHY = (line.split() for line in _WORDS.strip().split("\n"))


def paragraph(dice: random.Random) -> str:
    """Some sentences that no other paragraph has."""
    return "".join(
        f"{dice.choice(_WHO)}{dice.choice(_HOW)}{dice.choice(_WHAT)}和{dice.choice(_WHAT)}，"
        f"{dice.choice(_WHY)}，投资{dice.randrange(10, 9999)}万元。"
        for _ in range(3)
    )


def body(seed: int, paragraphs: int = 9) -> list[str]:
    """The paragraphs of a speech, with phrases that all speakers share."""
    dice = random.Random(seed)
    made = [paragraph(dice) for _ in range(paragraphs)]
    return [*STANDING[:2], *made, *STANDING[2:]]


def furnished(paragraphs: list[str], number: int) -> str:
    """A page's text: the site's lines above, between and below a speech."""
    middle = len(paragraphs) // 2
    lines = [*TOP, *paragraphs[:middle], INSIDE, *paragraphs[middle:], *BOTTOM]
    return "\n".join(lines).replace("{n}", str(number * 37))


def write_page(folder: Path, number: int, text: str, title: str) -> Path:
    """A dump file with one page: HTML and JSONL in turn."""
    url = f"http://{HOST}/juan/{100_000 + number}.html"
    if number % 2:
        path = folder / f"{number:03}.jsonl"
        path.write_text(json.dumps({"url": url, "title": title, "text": text}, ensure_ascii=False), "utf-8")
        return path
    path = folder / f"{number:03}.html"
    lines = "\n".join(f"<p>{line}</p>" for line in text.split("\n"))
    path.write_text(
        f'<html><head><meta charset="utf-8"><title>{title}</title><link rel="canonical" href="{url}"></head>'
        f"<body><div><h1>{title}</h1>\n{lines}</div></body></html>",
        "utf-8",
    )
    return path


def write_site(folder: Path, count: int = 20, copies: int = 0) -> list[Path]:
    """A dump of the site: so many speeches, and so many more uploads of the first, a little changed."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [body(seed) for seed in range(count)]
    made += [[*made[0][:4], f"（第{n}次上传）", *made[0][4:]] for n in range(copies)]
    return [
        write_page(folder, n, furnished(paragraphs, n), f"在鹤川县第{n}次工作会议上的讲话")
        for n, paragraphs in enumerate(made)
    ]
