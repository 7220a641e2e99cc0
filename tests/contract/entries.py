"""Fictional speeches that every engine is held to: small, and between them every kind of field value."""

from __future__ import annotations

import hashlib
from typing import Any

from flows.records import Entry, Evidence, Region, Source, Speech, SpeechDate, Tag

CHANGTU = Region(
    province="辽宁省",
    prefecture="铁岭市",
    county="昌图县",
    town="八面城镇",
    adcode="211224",
    name="八面城镇",
)
LIAONING = Region(province="辽宁省", adcode="210000", name="辽宁省")
CHAOYANG_CITY = Region(province="辽宁省", prefecture="朝阳市", adcode="211300", name="朝阳市")
CHAOYANG_DISTRICT = Region(province="北京市", county="朝阳区", adcode="110105", name="朝阳区")
ENSHI = Region(
    province="湖北省", prefecture="恩施土家族苗族自治州", adcode="422800", name="恩施土家族苗族自治州"
)
GUANGXI = Region(province="广西壮族自治区", prefecture="南宁市", adcode="450100", name="南宁市")
XIANGFAN = Region(province="湖北省", prefecture="襄樊市", adcode="420600", name="襄樊市")
HANSHAN = Region(
    province="安徽省", prefecture="巢湖市", county="含山县", town="环峰镇", adcode="341423", name="环峰镇"
)


def speech_id(name: str) -> str:
    """The id of the entry called ``name`` below."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def date(value: str) -> SpeechDate:
    """A date as the archive holds it; ``2007..2009`` is a range, an empty end open."""
    if ".." in value:
        start, end = value.split("..")
        return SpeechDate(
            precision="range",
            start=f"{start}-01-01" if start else None,
            end=f"{end}-12-31" if end else None,
        )
    if len(value) == 4:
        return SpeechDate(precision="year", value=value, start=f"{value}-01-01", end=f"{value}-12-31")
    if len(value) == 7:
        return SpeechDate(precision="month", value=value, start=f"{value}-01", end=f"{value}-28")
    return SpeechDate(precision="day", value=value, start=value, end=value)


def entry(
    name: str,
    title: str = "",
    text: str = "",
    *,
    when: str | None = None,
    canonical: bool = True,
    cluster: str | None = None,
    url: str | None = None,
    revision: int = 1,
    **tags: Any,
) -> Entry:
    """An entry with the given tags; ``cluster`` is the name of the entry that the cluster is called by."""
    ident = speech_id(name)
    return Entry(
        speech=Speech(
            id=ident, pages=(ident,), title=title, text=text, speech_date=date(when) if when else None, **tags
        ),
        cluster=speech_id(cluster or name),
        canonical=canonical,
        variants=0 if cluster is None else 1,
        sources=(Source(file=f"{name}.html", url=url),),
        run="r1",
        revision=revision,
    )


def evidence(text: str, words: str, sentence: str) -> Tag:
    """A tag that rests on ``words`` of a text."""
    start = text.index(words)
    found = Evidence(field="text", start=start, end=start + len(words), sentence=sentence, rule="test")
    return Tag(confidence=0.9, evidence=(found,))


HARVEST = (
    "同志们：今天是国庆节后的第一次会议。\n一、关于招商 引资\n"
    "全县引进域外资金68.8亿元，增长8.5%。项目为王、环境是金。\n谢谢大家！"
)

ENTRIES = [
    entry(
        "harvest",
        "县长在秋季项目推进会上的讲话",
        HARVEST,
        when="2007-10-09",
        level="county",
        region=CHANGTU,
        doc_type="讲话",
        url="http://www.changtu.gov.cn/a.html",
        date_tag=evidence(HARVEST, "国庆节后", "今天是国庆节后的第一次会议。"),
        level_tag=evidence(HARVEST, "全县", "全县引进域外资金68.8亿元，增长8.5%。"),
    ),
    entry(
        "plan",
        "在全省经济工作会议上的讲话",
        "各位代表：经济社会发展取得新成就。招商引资工作再上台阶，ＧＤＰ增长８.５％。",
        when="2007",
        level="province",
        region=LIAONING,
        doc_type="工作报告",
        url="https://www.ln.gov.cn/x",
    ),
    entry(
        "snow",
        "抗雪救灾动员讲话",
        "雪情就是命令。经济损失重大",
        when="2008-01",
        region=ENSHI,
        level="prefecture",
    ),
    entry("range", "关于乡镇企业改革的讲话", "乡镇企业要放开搞活。", when="2001..2003", level="township"),
    entry("before", "旧讲话", "粮食是根本，招商、引资还没有提上日程。", when="..2001"),
    entry("after", "新讲话", "数字经济5G时代，covid-19之后。", when="2021..", level="national"),
    entry("undated", "无题", "同志们，招商引资，项目为王。"),
    entry(
        "titled", "招商引资工作会议讲话", "正文没有这四个字。", when="2009-03", level="county", region=ENSHI
    ),
    entry(
        "north",
        "在朝阳市的讲话",
        "朝阳高质量发展。",
        when="2022-02-07",
        level="prefecture",
        region=CHAOYANG_CITY,
    ),
    entry(
        "capital",
        "在朝阳区的讲话",
        "城区治理要精细。",
        when="2022-02",
        level="county",
        region=CHAOYANG_DISTRICT,
    ),
    entry(
        "green", "在南宁的讲话", "生态文明，绿水青山。", when="2015-06-05", region=GUANGXI, level="prefecture"
    ),
    entry(
        "cut",
        "试读讲话",
        "试读部分到此，剩余内容",
        when="2012",
        truncated=True,
        url="http://docs.example.com/1",
    ),
    entry(
        "masked",
        "某县讲话",
        "××县委书记强调，招商引资不能停。",
        when="2011-05",
        anonymised=True,
        level="county",
    ),
    entry("copy-a", "防汛工作讲话", "防汛是头等大事，堤防要加固。", when="2010-07", cluster="copy-a"),
    entry("copy-b", "防汛讲话", "防汛是头等大事，堤防要加固。", canonical=False, cluster="copy-a"),
    entry(
        "english", "Opening Speech", "Ladies and gentlemen, welcome to Liaoning Expo 2012.", when="2012-09-01"
    ),
    entry("accents", "Réunion", "Le café est prêt; naïve cafe\u0301 ouvert.", when="2012-09-02"),
    entry("numbers", "数字", "2007年完成20万吨，2007-2008年度；二〇〇七年。", when="2008"),
    entry("wide", "全角", "ＡＢＣ公司投资１００万元（㎡单价：５０㎡）。", when="2006"),
    entry("spaced", "空格", "招 商　引\n资 成 果", when="2005"),
    entry("breaks", "标点", "招商。引资……项目——“为王”！工作", when="2005-05"),
    entry("quotes", "引文", "要坚持“两手抓、两手都要硬”的方针。", when="1994"),
    entry("empty-text", "只有标题的讲话", "", when="1999-12-31"),
    entry("empty", "", ""),
    entry("repeat", "重复", "一一一二一一", when="2000"),
    entry("rare", "𠮷野家𠀀", "𠮷祥如意，㐂庆。", when="2003"),
    entry("invisible", "隐形", "招\u200b商\ufeff引\u00ad资要抓实。", when="2004"),
    entry("lone", "半个\ud800字", "代理\udfff项残缺", when="2013", occasion="会\ud800议"),
    entry("markup", "符号", '<em>a & b</em> "引号" \\ 反斜杠 100%', when="2016", doc_type="other"),
    entry("kana", "外文", "カタカナとひらがな 한국어 текст Слово", when="2017"),
    entry("roman", "罗马", "第Ⅲ章 ①加强 ½", when="2018"),
    entry("same-1", "同日一", "同一天的讲话甲", when="2019-01-01"),
    entry("same-2", "同日二", "同一天的讲话乙", when="2019-01-01"),
    entry("same-3", "同日三", "同一天的讲话丙", when="2019-01-01"),
    entry(
        "renamed",
        "在襄樊市计划生育会上的致辞",
        "人口与计生工作不放松。",
        when="2005-03",
        region=XIANGFAN,
        level="prefecture",
        doc_type="致辞",
    ),
    entry("moved", "含山讲话", "撤并乡镇，减轻负担。", when="2003-04-05", region=HANSHAN, level="township"),
    entry("long-word", "编号", "合同" + "a1" * 150 + "号已签，" + "甲" * 300 + "。", when="2014"),
    entry("words", "或者", "OR 和 AND 以及 NOT 都是词，或许 且 说", when="2020"),
]
BY_ID = {one.speech.id: one for one in ENTRIES}
NAMES = {speech_id(name): name for name in (one.sources[0].file.removesuffix(".html") for one in ENTRIES)}
