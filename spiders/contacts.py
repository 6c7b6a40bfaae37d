"""Personal contact data taken out of what pages and people say, before anything of it is written: phone numbers, ids of
WeChat and QQ, e-mail addresses, and names of persons who are said to be the contact. Names of companies stay.

Whole columns are looked at with one regular expression of the engine of Polars, which is quick and finds too much; only
rows with a hit are read closely.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256

import polars as pl

from configs.tables import TIER, Kind, table
from spiders.columns import column

IDS = ("listing_id", "merchant_id")
OURS = ("marketplace", "category", "page_digest", "archive_file")  # said by us and not by a page
QUANTITIES = (
    "price_text", "minimum_order_text", "list_price_text", "sales_30d_text", "sales_total_text", "turnover_30d_text",
    "listing_repurchase_text", "merchant_repurchase_text", "return_rate_text", "price_tiers",
)  # fmt: skip
LISTS: dict[str, Kind] = {"badges": "strings", "price_tiers": "tiers"}
LEFT_OVER = " ,，;；:：|/、-—（(【["
EMPTY_BRACKETS = re.compile(r"[(（\[【]\s*[)）\]】]")

DIGIT = "[0-9０-９]"
GAP = r"[\s\-‐-―－.·\u200b-\u200d]{0,2}"
HAN = "[\u4e00-\u9fff]"
SAYS = r"[号码]{0,2}(?:[:：=\s]|是|为)*"
TITLE = "(?:先生|女士|小姐|经理|老板|师傅|总|哥|姐)"
SURNAME = (
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "]"
)
CALLED = f"(?:{SURNAME}{HAN}{{0,2}}?{TITLE}[:：\\s]*)?"
COUNTRY = f"(?:[(（]?[+＋]?(?:00)?(?:86|８６)[)）]?{GAP})?"
MOBILE = (
    f"[1１][3-9３-９](?:{DIGIT}{GAP}{DIGIT}{{4}}{GAP}{DIGIT}{{4}}|{DIGIT}{{2}}{GAP}{DIGIT}{{4}}{GAP}{DIGIT}{{3}})"
    f"|[1１][ .\\-][3-9３-９](?:[ .\\-]{DIGIT}){{9}}|[1一幺][三四五六七八九](?:[零〇一二三四五六七八九幺]){{9}}"
)
AREA = "0(?:10|2[0-9]|[3-9][0-9]{2})"
LANDLINE = f"(?:[(（]{AREA}[)）]|{AREA}){GAP}{DIGIT}{{3,4}}{GAP}{DIGIT}{{4}}(?:(?:-|转|ext)[0-9]{{1,6}})?"
SERVICE = "[48]00-?(?:[0-9]{3}-?[0-9]{4}|[0-9]{4}-?[0-9]{3})"
PHONE = f"{CALLED}(?<!{DIGIT}){COUNTRY}(?:{MOBILE}|{LANDLINE}|{SERVICE})(?!{DIGIT})"
CALL = (
    f"(?:电\\s?话|座\\s?机|热线|传真|来电|致电|联系方式|☎|📞|📱|(?<![a-z])(?:tel|fax|whatsapp)\\b){SAYS}"
    f"[+(（]?(?:{DIGIT}[\\s\\-()（）]{{0,2}}){{6,14}}{DIGIT}"
    f"|(?:手机|(?<![a-z])(?:phone|mobile))\\s?{SAYS}[+]?{DIGIT}{{7,15}}"
)
HANDLE = "[a-z0-9][-_a-z0-9]{4,19}"
WECHAT = (
    f"(?:[微薇威]\\s?[信❤]|[vｖ]\\s?信){SAYS}(?:id{SAYS})?{HANDLE}"
    "|(?<![a-z0-9])(?:vx|wx|ｖｘ|ｗｘ|we\\s?chat|wei\\s?xin|[vｖ])\\s?号?"
    f"(?:[:：=]\\s*{HANDLE}|[\\s_-]?(?=[-_a-z]{{0,19}}[0-9]){HANDLE})"
    f"|[加+➕＋]\\s?[vｖ][x]?{SAYS}{HANDLE}"
)
QQ = f"(?:(?<![a-z])(?:qq|q\\s?q|ｑｑ|q(?=[:：号]))|扣扣|企鹅|球球)群?{SAYS}[1-9１-９]{DIGIT}{{4,11}}(?!{DIGIT})"
EMAIL = (
    r"[a-z0-9._%+-]{1,64}\s?(?:[@＠]|\[at\]|\(at\))\s?[a-z0-9-]{1,63}(?:[.．。][a-z0-9-]{1,63}){1,4}"
    r"|[a-z0-9._-]{1,64}#[a-z0-9-]{1,63}\.(?:com|cn|net)"
)
NAME = f"(?:{HAN}{{1,4}}?{TITLE}|{HAN}{{2,4}}(?:[·•]{HAN}{{1,6}})?|[a-z]+(?:[ .][a-z]+){{0,2}})"
PERSON = (
    f"(?:联\\s?系\\s?人|联络人)(?:姓名)?[:：=\\s]*{NAME}"
    f"|(?:负责人|经办人|业务员|店主|老板娘?|联系|姓名)\\s?[:：]\\s*{NAME}"
    f"|(?<![a-z])contacts?(?:\\s?(?:person|name))?\\s?[:：]\\s*{NAME}"
)
CONTACT = re.compile("|".join([PERSON, EMAIL, WECHAT, QQ, CALL, PHONE]), re.IGNORECASE)
IN_AN_ID = re.compile("|".join([PERSON, EMAIL, WECHAT, QQ, CALL]), re.IGNORECASE)
# A number or a range with a sign and a unit at most: no phone number, however many digits it has.
NUMBER = f"(?:[0０]|[1-9１-９]{DIGIT}*)(?:[.,，．]{DIGIT}+)*"
PLAIN = re.compile(f"[¥￥$≥≤<>=\\s]*{NUMBER}(?:\\s?[-~～–—]\\s?[¥￥]?{NUMBER})?[+%％]?[万亿]?[+]?{HAN}?")

# What Polars looks for: every contact has one of these, and few other texts do.
LINK = "[^|]{0,8}"  # between a word and what it announces
WORDS = (
    r"[@＠]|\[at\]|\(at\)|#[a-z0-9-]+\.|[微薇威] ?[信❤]|[vｖ] ?信|[vｖ] ?号?[:：=]|[加+➕＋] ?[vｖ]"
    "|ｗｘ|ｖｘ|vx|wx|we ?chat|wei ?xin|q[:：号]"
    f"|(?:q ?q|ｑｑ|扣扣|企鹅|球球|电 ?话|座 ?机|热线|传真|来电|致电|联系方式){LINK}{DIGIT}"
    f"|(?:[☎📞📱]|tel|fax|whatsapp|手机|phone|mobile){LINK}{DIGIT}"
    f"|联 ?系 ?人|联络人|(?:负责人|经办人|业务员|店主|老板娘?|联系|姓名) ?[:：]|contact{LINK}[:：]"
)
NUMBERS = (
    f"[1１]{GAP}[3-9３-９](?:{GAP}{DIGIT}){{9}}|[1一幺][三四五六七八九][零〇一二三四五六七八九幺]{{9}}"
    f"|0[1-9][0-9]{{1,2}}[)）]?{GAP}{DIGIT}{{3,4}}{GAP}{DIGIT}{{4}}|{SERVICE}|(?:^|[^a-z0-9])v[ _-]?[-_a-z]*[0-9]"
)
SOON = f"(?i){WORDS}|{NUMBERS}"
SOON_IN_AN_ID = f"(?i){WORDS}"


def without_contacts(offers: pl.DataFrame) -> pl.DataFrame:
    """Table offers without personal contact data, in the same order; a text of which nothing is left is null.

    Ids that name a contact (qq12345678) are replaced by a digest that stands for them in every week; numbers and ids
    that merely have as many digits as a phone number stay.
    """
    texts = [one.name for one in table("offers").columns if one.type == "string" and one.name not in OURS]
    lists = [_cleaned_list(offers[name], kind) for name, kind in LISTS.items() if _holds_any(offers[name])]
    others = [name for name in texts if name not in IDS]
    return offers.with_columns(*_cleaned(offers, others, SOON), *_cleaned(offers, IDS, SOON_IN_AN_ID), *lists)


def without_contact(text: str) -> str:
    """A sentence for logs and reasons, which may quote a page, without personal contact data."""
    return CONTACT.sub("…", text)


def _cleaned(offers: pl.DataFrame, names: Sequence[str], soon: str) -> Iterator[pl.Series]:
    """The columns that change."""
    shown = [name for name in names if offers[name].null_count() < offers.height]
    found: dict[str, list[int]] = {}
    for place in _hits([offers[name] for name in shown], soon):
        found.setdefault(shown[place // offers.height], []).append(place % offers.height)
    for name, rows in found.items():
        cleaned = [_clean(name, text) for text in offers[name].gather(rows).to_list()]
        yield offers[name].clone().scatter(rows, pl.Series(cleaned, dtype=pl.String))


def _hits(columns: list[pl.Series], soon: str = SOON) -> list[int]:
    """Places of texts that may hold a contact, in columns set below one another: a search takes 50 us to begin with."""
    if not columns:
        return []
    below = pl.concat([texts.alias("") for texts in columns], rechunk=False)
    return pl.select(pl.lit(below).str.contains(soon).arg_true()).to_series().to_list()


def _holds_any(lists: pl.Series) -> bool:
    parts = lists.explode()
    return bool(_hits([parts.struct.field(name) for name in TIER] if lists.name == "price_tiers" else [parts.unique()]))


def _cleaned_list(lists: pl.Series, kind: Kind) -> pl.Series:
    clean = _tier if kind == "tiers" else partial(_clean, lists.name)
    cleaned = [None if parts is None else [clean(part) for part in parts] for parts in lists.to_list()]
    return column(lists.name, kind, [None if parts is None else [part for part in parts if part] for parts in cleaned])


def _tier(tier: dict[str, str | None]) -> dict[str, str | None]:
    return {name: None if text is None else _clean("price_tiers", text) for name, text in tier.items()}


def _clean(name: str, text: str) -> str | None:
    """A column's text without contacts, as it was where it has none; null where nothing is left."""
    if name in IDS:
        return f"contact-{sha256(text.encode()).hexdigest()[:16]}" if IN_AN_ID.search(text) else text
    if name in QUANTITIES and PLAIN.fullmatch(text):
        return text
    found = CONTACT.sub("", text)
    return text if found == text else EMPTY_BRACKETS.sub("", found).strip(LEFT_OVER) or None
