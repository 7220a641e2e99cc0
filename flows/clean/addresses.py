"""Addresses that a document bank scattered inside sentences against copying: 重要的www.example.com产业."""

from __future__ import annotations

import re

from flows.clean.draft import Draft, holds

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_ADDRESS = re.compile(
    rf"(?<=[{_HAN}，。、；])(?:https?://)?www\.[a-z0-9-]{{2,30}}\.(?:com|net|cn|org|cc)(?:\.cn)?/?(?=[{_HAN}，。、；！])",
    re.IGNORECASE | re.ASCII,
)
_SIGNED = re.compile(
    rf"(?:^|(?<=[。！？：；…]))[ \t]?[{_HAN}]{{2,8}}"
    rf"(?:[,，][{_HAN}]{{0,8}}(?:之家|文库|范文网|公文网|文秘网)|[ \t]?(?:https?://)?www\.[a-z0-9-]{{2,30}}\.(?:com|net|cn))$",
    re.IGNORECASE | re.MULTILINE,
)
"""A site that signs paragraphs: 公文库，范文之家; 公文库 www.example.com."""
_SPOKEN = re.compile(
    "[网站址台号]|登[录陆]|访问|浏览|查[询看]|域名|打开|进入|点击|搜索|注册|链接|邮箱|叫做?$|[是为即]$"
)
_BEFORE = 12
"""Characters before an address in which a speaker says that it is one."""


def drop_signatures(draft: Draft) -> None:
    """Remove the names with which a site signs paragraphs, where it does so twice and more.

    >>> draft = Draft("今天开会。 公文库，范文之家\\n公文库 www.example.com\\n明天开会。")
    >>> drop_signatures(draft)
    >>> draft.text.split()
    ['今天开会。', '明天开会。']
    """
    found = [
        each for each in _SIGNED.finditer(draft.text) if not _SPOKEN.search(each[0].partition("www.")[0][:-1])
    ]
    if len(found) > 1:
        draft.replace("signature", [(each.start(), each.end(), "") for each in found])


def drop_addresses(draft: Draft) -> None:
    """Remove addresses of sites that stand in the middle of a sentence without a word that leads to them.

    >>> draft = Draft("林业已成为重要www.example.com的产业，请登录县政府网站www.example.cn查询。")
    >>> drop_addresses(draft)
    >>> draft.text
    '林业已成为重要的产业，请登录县政府网站www.example.cn查询。'
    """
    if not holds(draft.text, "www."):
        return
    found = (
        each
        for each in _ADDRESS.finditer(draft.text)
        if not _SPOKEN.search(draft.text[max(0, each.start() - _BEFORE) : each.start()])
    )
    draft.replace("address-inside", [(each.start(), each.end(), "") for each in found])
