"""Chinese text as Hypothesis draws it: words that people use, in sentences, in either script."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from flows.resources import reference

TRADITIONAL = (
    "今天我們召開大會，總結過去一年的工作，部署下一步的任務。與會同志認真學習，團結一致，"
    "發展經濟，改善民生。農村的變化很大，學校、醫院都建設起來了；群眾對此感到滿意。"
    "請大家圍繞項目，抓緊落實，爭取更好的成績！這裡有許多問題需要研究，應當從實際出發。"
)
GLYPHS = "，。、；：“”！？（）"


@cache
def words() -> list[str]:
    """Words of two to four characters that GB 2312 has, every fifth of the project's list."""
    lines = reference("restore/words.txt").read_text("utf-8").split()
    return [word for word in lines[::5] if encodable(word, "gb2312")]


def encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@st.composite
def simplified(draw: st.DrawFn, shortest: int = 20) -> str:
    """Sentences of at least so many characters, with figures and a Latin word now and then."""
    pieces = draw(
        st.lists(
            st.sampled_from(words()) | st.sampled_from([*GLYPHS, "的", "在", "2009年", "GDP", "3.5%", "\n"]),
            min_size=shortest // 2,
            max_size=300,
        )
    )
    text = "同志们，我们的" + "".join(pieces)
    return text + "工作" * (max(0, shortest - len(text)) // 2 + 1) + "。"


@st.composite
def traditional(draw: st.DrawFn, shortest: int = 20) -> str:
    """Sentences cut out of a traditional text and put together anew."""
    parts = [part for part in TRADITIONAL.replace("。", "，").split("，") if len(part) > 3]
    pieces = draw(st.lists(st.sampled_from(parts), min_size=shortest // 4, max_size=80))
    return "，".join(pieces) + "。"
