"""What a text says about the content of a pack: 10条装, 5双/包, 2kg, 500g*2袋.

Explicit is a form that can mean nothing else: N of something 装, N to a pack, N times N. Bare is a number with a unit
word and no more: of a towel, 100g and 1.5米 are what it is like and not what is sold."""

from collections.abc import Mapping

import polars as pl

from transforms.numbers import plain
from transforms.numerals import CHINESE, chinese_numbers
from transforms.units import DOZEN, GRAM, GRAMS, HOLDERS, IN_TITLES, MAY_HOLD, METRE, METRES, classes, factors

# 10+2条装 holds 12; 10-20条装 and 5/10条装 may be either.
NUMBER = (
    r"(?:(?P<more>[0-9]+)\s*\+\s*|(?P<or>[0-9]+(?:\.[0-9]+)?)\s*(?:[-~/、或至到送\u2010-\u2015]\s*))?"
    rf"(?P<number>[0-9]+(?:\.[0-9]+)?|{CHINESE})"
)
WORDS = "|".join(sorted(IN_TITLES, key=len, reverse=True))
HOLDER = f"[{HOLDERS}{MAY_HOLD}]"
# In the order in which they are looked for; what one has read no later one sees.
FORMS = {
    "times": rf"{NUMBER}\s*(?P<word>{WORDS})(?P<packed>装)?\s*[*x×]\s*"
    rf"(?P<second>[0-9]+(?:\.[0-9]+)?)\s*(?P<holder>{WORDS})?",
    "each": rf"{NUMBER}\s*(?P<word>{WORDS})装?\s*[/每一1]\s*(?P<holder>{HOLDER})",
    "inside": rf"(?:^|[^0-9.])(?:[每一1]\s*)(?P<holder>{HOLDER})\s*[装有含内(]*\s*{NUMBER}\s*(?P<word>{WORDS})",
    "bracket": rf"(?P<holder>{HOLDER})\({NUMBER}\s*(?P<word>{WORDS})",
    "packed": rf"{NUMBER}\s*(?P<word>{WORDS})[装入]",
}
NOT_BARE = {*"支件头块节对把套组份", "m", *HOLDERS}  # yarns are counted in 支, brands end in m (3M)
BARE_WORDS = "|".join(word for word in WORDS.split("|") if word not in NOT_BARE)
DIGITS = r"(?P<number>[0-9]+(?:\.[0-9]+)?)"
BARE = rf"{DIGITS}\s*(?P<word>{BARE_WORDS})"
# 500m is a length, 3m a brand; of a unit text all of it is the content, and its unit any that is known.
LONG = r"(?P<number>[0-9]{2,}(?:\.[0-9]+)?)\s*(?P<word>m)(?:[^a-z0-9]|$)"
UNIT_WORDS = "|".join(sorted({*IN_TITLES, *GRAMS, *METRES, *DOZEN}, key=len, reverse=True))
WHOLE = rf"^[^0-9]*?/?\s*(?P<number>[0-9]+(?:\.[0-9]+)?|{CHINESE})\s*(?P<word>{UNIT_WORDS})$"
# Terms of sale, sizes and sets look like packs and are none; the digits of a size stay, so that it is seen to be there.
NOISE = (
    (
        r"(?:支持)?[0-9一]+[件个条双套]\s*(?:起批|起订|起售|起|代发|包邮|以上|[0-9.]+折)"
        r"|装[饰修潢甲裱备束]|入[门户住口职]|[一独]\s*[包盒袋]装|米[白色黄]",
        " ",
    ),
    (r"((?:幅宽|门幅|宽度?|高度?|厚度?|直径|口径)\s*:?\s*[0-9.]+)\s*(?:米|m)", " $1_"),
    (r"([0-9.]+)\s*(?:米|m)\s*(?:幅?宽|门幅|高|厚)", " $1_"),
    (
        r"(?:[*x×]\s*)?(?:[0-9.]+\s*[*x×]\s*)*([0-9.]+)\s*(?:mm|cm|ml|毫米|厘米|公分|毫升|升|英寸|寸|平方|平米|m2|件套)",
        " $1_",
    ),
)
OPTIONAL = ("second", "holder", "packed", "more", "or")
CONTENT = pl.Schema(
    {"text": pl.String(), "class": pl.String(), "quantity": pl.Float64(), "word": pl.String(), "holder": pl.String()}
)


def stated(texts: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Explicit contents, one row per distinct text and content, and `text` with what is left of it as `rest`.

    Columns text (as given), class, quantity (pieces, metres or grams), word (what is counted), holder (what holds it,
    null where the form does not say). What is multiplied is multiplied out: 500g*2袋 is 1000 gram, 100g*8个 eight
    pieces. Lengths times lengths are sizes."""
    rest = pl.DataFrame([texts.rename("text"), _quiet(texts).rename("rest")]).drop_nulls()
    rest = rest.filter(pl.col("rest").str.contains("[0-9十两一二三四五六七八九]"))
    found = [CONTENT.to_frame()]
    for form, pattern in FORMS.items():
        part, rest = _found(rest, pattern)
        if part is not None:
            found.append(_multiplied(part) if form == "times" else _measured(part))
    return _contents(pl.concat(found)), rest


def shown(rest: pl.DataFrame) -> pl.DataFrame:
    """Bare contents in what `stated` has left; is_alone where no other number stands in the text."""
    bare, left = _found(rest, BARE)
    long, left = _found(left, LONG)
    bare = (
        pl.concat([part for part in (bare, long) if part is not None]) if bare is not None or long is not None else None
    )
    alone = left.select("text", is_alone=~pl.col("rest").str.contains("[0-9]"))
    found = CONTENT.to_frame() if bare is None else _contents(_measured(bare))
    return found.join(alone, on="text", how="left", validate="m:1", maintain_order="left")


def amounts(texts: pl.Series) -> pl.DataFrame:
    """Contents of texts that are nothing but a content, such as unit texts: 10条/包, 500g*2袋, 2kg, 元/10条."""
    explicit, rest = stated(texts)
    whole, _ = _found(rest, WHOLE)
    found = explicit if whole is None else pl.concat([explicit, _contents(_measured(whole))])
    return found.unique("text", keep="none", maintain_order=True)


def _contents(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter(pl.col("quantity") > 0).unique(maintain_order=True)


def _quiet(texts: pl.Series) -> pl.Series:
    quiet = plain(texts).str.to_lowercase()
    for pattern, instead in NOISE:
        quiet = quiet.str.replace_all(pattern, instead)
    return quiet


def _found(rest: pl.DataFrame, pattern: str) -> tuple[pl.DataFrame | None, pl.DataFrame]:
    """One row per match with its groups (null where a form has none) and, of 10-20, per number; and the texts without
    them; None where nothing matches, as most forms on most pages do."""
    holds = rest["rest"].str.contains(pattern)
    if not holds.any():
        return None, rest
    hit, missed = rest.filter(holds), rest.filter(~holds)
    matched = hit.select("text", pl.col("rest").str.extract_all(pattern).alias("match")).explode("match")
    groups = matched.select("text", pl.col("match").str.extract_groups(pattern).alias("groups")).unnest("groups")
    absent = [pl.lit(None, pl.String).alias(name) for name in OPTIONAL if name not in groups.columns]
    left = pl.concat([hit.with_columns(pl.col("rest").str.replace_all(pattern, " ")), missed])
    numbered = groups.with_columns(*absent).select("text", "word", *OPTIONAL, number=_number(pl.col("number")))
    more = pl.col("more").cast(pl.Float64).fill_null(0.0)
    either = numbered.filter(pl.col("or").is_not_null()).with_columns(number=_number(pl.col("or")))
    return pl.concat([numbered.with_columns(number=pl.col("number") + more), either]), left


def _measured(found: pl.DataFrame) -> pl.DataFrame:
    word = pl.col("word")
    quantity = pl.col("number") * _mapped(word, FACTORS, pl.Float64)
    return found.select("text", _class(word), quantity.alias("quantity"), "word", "holder").cast(CONTENT)


def _multiplied(found: pl.DataFrame) -> pl.DataFrame:
    """N of one thing times N of another, in either order; the product is all there is, so nothing holds it."""
    word, other = pl.col("word"), pl.col("holder")
    total = pl.col("number") * pl.col("second").cast(pl.Float64)
    is_measure, other_is_measure = (_class(name).is_in([GRAM, METRE]) for name in (word, other))
    holds, other_holds = (name.is_in(list(HOLDERS + MAY_HOLD)).fill_null(False) for name in (word, other))
    is_weight = (_class(word) == GRAM) & other.is_null()
    is_packed = pl.col("packed").is_not_null() & other.is_null()
    other_is_counted = other.is_not_null() & ~other.is_in(list(HOLDERS)) & ~other_is_measure
    factor, other_factor = (_mapped(name, FACTORS, pl.Float64) for name in (word, other))
    cases = [
        (is_weight | is_packed | other_holds, word, total * factor),
        (holds & (other_is_measure | other_is_counted), other, total * other_factor),
        (is_measure & ~other_is_measure, other, pl.col("second").cast(pl.Float64) * other_factor),
        (~is_measure & other_is_measure, word, pl.col("number") * factor),
    ]
    counted, quantity = (pl.coalesce(pl.when(case[0]).then(case[at]) for case in cases) for at in (1, 2))
    read = found.select("text", quantity.alias("quantity"), counted.alias("word"), holder=pl.lit(None, pl.String))
    return read.select("text", _class(pl.col("word")), "quantity", "word", "holder").cast(CONTENT)


def _class(word: pl.Expr) -> pl.Expr:
    return _mapped(word, CLASSES, pl.String).alias("class")


def _number(digits: pl.Expr) -> pl.Expr:
    return digits.cast(pl.Float64, strict=False).fill_null(_mapped(digits, CHINESE_NUMBERS, pl.Float64))


def _mapped(texts: pl.Expr, values: Mapping[str, object], kind: type[pl.DataType]) -> pl.Expr:
    return texts.replace_strict(dict(values), default=None, return_dtype=kind)


CHINESE_NUMBERS = chinese_numbers()
UNITS = {*IN_TITLES, *GRAMS, *METRES, *DOZEN}
CLASSES, FACTORS = classes(UNITS), factors(UNITS)
