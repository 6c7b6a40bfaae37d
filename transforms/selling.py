"""In what an offer is sold: the class of its unit and how many pieces, metres or grams one selling unit holds."""

import polars as pl

from transforms.numbers import plain
from transforms.packs import amounts, shown, stated
from transforms.price_forms import SECOND_PRICE
from transforms.units import GRAM, HOLDERS, MAY_HOLD, METRE, PACKS, ROLLS, class_of, factor_of, is_unknown

PACK_UNSURE = "pack_unsure"  # flag: the unit may hold several, or another number of them, and 1 is taken
UNIT_MISLABELLED = "unit_mislabelled"  # flag: the unit contradicts the title, and there is no unit price
UNIT_UNKNOWN = "unit_unknown"  # flag: nothing is known of the unit, so that there is no unit price
KEY = ["unit", "title_text"]
FIRST_UNIT = rf"/\s*([^0-9/()~-]+?)\s*{SECOND_PRICE}$"  # 2.5元/个-3.0元
PRICED_UNIT = r"/\s*([^/()~至到-]+?)\s*(?:起批|起)?\)?$"
AROUND_UNIT = " ()元¥/"
# Of 千克 and 千米 the first sign is no number.
HUNDREDS = (
    (r"(^|[/元])\s*百([^0-9])", "${1}100${2}"),
    (r"(^|[/元])\s*千([^0-9克米])", "${1}1000${2}"),
    (r"(^|[/元])\s*万([^0-9])", "${1}10000${2}"),
    (r"(^|[/元])\s*半([^0-9])", "${1}0.5${2}"),
)
NO_UNIT = r"^(?:|无|null|none|nan|n/?a|[-\u2014]*)$"
LENGTH = r"(?i)[0-9]\s*(?:米|m(?:[^a-z0-9]|$)|_)"
SELLING = {"class": pl.String(), "pack_count": pl.Float64(), "note": pl.String()}


def selling_units(offers: pl.DataFrame) -> pl.Series:
    """Structs of class (piece, metre or gram), pack_count and note, from unit_text, title_text and price_text.

    The unit is the one that the price names (3.5元/10条), else unit_text. A unit that says how many it holds (10条/包,
    2kg) is taken at its word. Of one that may hold several (包, 套, 件) the title tells: one explicit form (10条装,
    5双/包) counts; where there is none, for packs one bare number (2kg) that stands alone. Else pack_count is 1 with
    the note pack_unsure. Where no unit is named an explicit form gives one, with that note. A unit of length or weight
    whose title counts something else (米, 10条装) has neither class nor pack_count: unit_mislabelled; nor has
    a unit that is not known: unit_unknown."""
    keys = offers.select(_unit_text().alias("unit"), "title_text")
    distinct = keys.unique(maintain_order=True)
    named = distinct.join(_named(distinct["unit"]), on="unit", how="left", validate="m:1", nulls_equal=True)
    told = named.join(_title_says(named), on=["title_text", "word"], how="left", validate="m:1", nulls_equal=True)
    decided = told.select(*KEY, _decision().alias("selling"))
    joined = keys.join(decided, on=KEY, how="left", validate="m:1", nulls_equal=True, maintain_order="left")
    return joined["selling"]


def unit(texts: pl.Series) -> pl.Series:
    """Structs of class and pack_count of unit texts alone; null where no unit is named, or one of area or volume."""
    named = _named(texts)
    struct = pl.struct("class", pl.col("factor").alias("pack_count")).alias("unit")
    found = texts.to_frame("unit").join(named, on="unit", how="left", nulls_equal=True, maintain_order="left")
    return found.select(struct).to_series()


def _unit_text() -> pl.Expr:
    """The unit that the price names, else the one the page names."""
    price = pl.col("price_text").str.normalize("NFKC").str.strip_chars()
    return pl.coalesce(price.str.extract(PRICED_UNIT), price.str.extract(FIRST_UNIT), "unit_text")


def _named(texts: pl.Series) -> pl.DataFrame:
    """One row per distinct unit text: word, class, factor and is_fixed (the text itself says how many)."""
    distinct = texts.unique(maintain_order=True).rename("unit")
    content = amounts(_in_numbers(distinct)).rename({"class": "pack_class", "word": "inner"})
    last = (
        plain(distinct)
        .str.to_lowercase()
        .str.replace(r"^.*/", "")
        .str.replace(r"起[批订售]?$", "")
        .str.strip_chars(AROUND_UNIT)
    )
    words = pl.DataFrame([distinct, last.rename("word"), _in_numbers(distinct).rename("text")])
    words = words.with_columns(pl.when(~pl.col("word").str.contains(NO_UNIT)).then("word").alias("word"))
    joined = words.join(content, on="text", how="left", validate="m:1", nulls_equal=False)
    word = pl.col("word")
    is_fixed = pl.col("quantity").is_not_null() & word.is_not_null()
    return joined.select(
        "unit",
        pl.when(is_fixed).then(pl.coalesce("holder", "inner")).otherwise(word).alias("word"),
        pl.when(is_fixed).then("pack_class").otherwise(class_of(word)).alias("class"),
        pl.when(is_fixed).then("quantity").when(class_of(word).is_not_null()).then(factor_of(word)).alias("factor"),
        is_fixed.alias("is_fixed"),
    )


def _in_numbers(texts: pl.Series) -> pl.Series:
    """Unit texts with 百, 千, 万 and 半 before the word as digits: 百个, 半斤."""
    for pattern, instead in HUNDREDS:
        texts = texts.str.replace(pattern, instead)
    return texts


def _title_says(named: pl.DataFrame) -> pl.DataFrame:
    """One row per title and unit word: what the title says of the content of such a unit.

    stated_count explicit contents of stated_classes; is_single where none says more than 1; pack_* the one that fits
    the word; bare_count bare contents, and bare_* the only one where no other number stands."""
    pairs = named.filter(~pl.col("is_fixed")).select("title_text", "word").unique().drop_nulls("title_text")
    explicit, rest = stated(pairs["title_text"].unique(maintain_order=True))
    bare = shown(rest)
    amounts_alone = bare.filter("is_alone").unique(["text", "class", "quantity"], maintain_order=True)  # 20kg 40斤
    alone = amounts_alone.unique("text", keep="none")
    counted = bare.group_by("text").agg(pl.len().alias("bare_count"))
    return (
        _packs(pairs, explicit)
        .join(counted.rename({"text": "title_text"}), on="title_text", how="left", validate="m:1")
        .join(_prefixed("bare", alone), on="title_text", how="left", validate="m:1")
    )


def _packs(pairs: pl.DataFrame, explicit: pl.DataFrame) -> pl.DataFrame:
    """What is stated, per title and unit word: of several contents only one that names the word as its holder fits."""
    holder, word, inner = pl.col("holder"), pl.col("word"), pl.col("inner")
    facts = pairs.join(explicit.rename({"text": "title_text", "word": "inner"}), on="title_text", how="inner")
    is_open = holder.is_null() | word.is_null() | word.is_in(list(MAY_HOLD))
    is_own = (holder == word).fill_null(False) & ~inner.is_in(list(HOLDERS))
    is_other = (inner != word).fill_null(True)
    count = pl.struct("class", "quantity").n_unique().over("title_text", "word")
    judged = facts.with_columns(
        stated_count=count,
        fits=is_other & pl.when(count == 1).then(is_open | (holder == word).fill_null(False)).otherwise(is_own),
    )
    chosen = judged.filter("fits").unique(["title_text", "word", "class", "quantity"])
    single = chosen.unique(["title_text", "word"], keep="none")
    summary = judged.group_by("title_text", "word").agg(
        pl.col("stated_count").first(),
        pl.col("class").unique().alias("stated_classes"),
        (pl.col("quantity") == 1).all().alias("is_single"),
    )
    keys = ["title_text", "word"]
    packs = single.select(*keys, pack_class="class", pack_count="quantity")
    joined = pairs.join(summary, on=keys, how="left", validate="1:1", nulls_equal=True)
    return joined.join(packs, on=keys, how="left", validate="1:1", nulls_equal=True)


def _prefixed(prefix: str, contents: pl.DataFrame) -> pl.DataFrame:
    names = {name: f"{prefix}_{name}" for name in ("class", "quantity", "word")}
    return contents.select(pl.col("text").alias("title_text"), *names).rename(names)


def _decision() -> pl.Expr:
    """Struct of class, pack_count and note: that of the first case that holds."""
    kind, word, factor = pl.col("class"), pl.col("word"), pl.col("factor")
    is_stated, has_pack = pl.col("stated_count") > 0, pl.col("pack_class").is_not_null()
    is_measure = kind.is_in([GRAM, METRE])
    is_holder = word.is_in(list(HOLDERS))
    suits = (pl.col("bare_class") != METRE) | word.is_in(list(ROLLS))
    is_told = is_holder & suits & (pl.col("bare_word") != word)
    is_long = word.is_in(list(ROLLS)) & pl.col("title_text").str.contains(LENGTH)
    is_dark = is_holder & (pl.col("bare_count") > 0) | word.is_in(list(PACKS)) | is_long
    unsure, none = pl.lit(PACK_UNSURE), pl.lit(None)
    cases: list[tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]] = [
        (pl.col("is_fixed"), kind, factor, none),
        (word.is_null(), pl.col("pack_class"), pl.col("pack_count"), pl.when(has_pack).then(unsure)),
        (kind.is_null(), none, none, pl.when(is_unknown(word)).then(pl.lit(UNIT_UNKNOWN))),
        (is_measure & is_stated & ~pl.col("stated_classes").list.contains(kind), none, none, pl.lit(UNIT_MISLABELLED)),
        (is_measure, kind, factor, none),
        (has_pack & (is_holder | word.is_in(list(MAY_HOLD))), pl.col("pack_class"), pl.col("pack_count"), none),
        (is_stated & ~pl.col("is_single"), kind, factor, unsure),
        (is_told, pl.col("bare_class"), pl.col("bare_quantity"), none),
        (is_dark & ~is_stated.fill_null(False), kind, factor, unsure),
    ]
    chosen = [kind, factor, none]
    for holds, *values in reversed(cases):
        chosen = [pl.when(holds).then(value).otherwise(rest) for value, rest in zip(values, chosen, strict=True)]
    typed = zip(SELLING.items(), chosen, strict=True)
    return pl.struct(value.cast(dtype).alias(name) for (name, dtype), value in typed)
