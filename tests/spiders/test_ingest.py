import json
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from configs.errors import InputError
from configs.tables import table
from spiders.handed_over import as_kind
from spiders.ingest import read_handed_over, store_handed_over
from tests.spiders.conftest import marketplace_at

CATEGORIES = ["towels", "socks", "milk"]
WEEK = date(2019, 12, 2)
HEADER = "category,listing_id,merchant_id,seller_place_text,price_text,sales_30d_text,week"
GOOD = "towels,71,m1,河北 保定市高阳县,1.71,41,2019-12-02"


def csv(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "rows.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_handed_over(path, "partner", CATEGORIES)
    sentence = str(error.value)
    assert "\n" not in sentence
    return sentence


def test_csv_rows_become_offers(tmp_path: Path) -> None:
    path = csv(tmp_path, GOOD, 'socks,72,m2,浙江,面议,"1,234",2019-12-09', "towels,73,m3,,,,2019-12-02")
    offers = read_handed_over(path, "partner", CATEGORIES)
    digest = sha256(path.read_bytes()).hexdigest()
    assert offers.columns == table("offers").names
    assert offers.select("marketplace", "category", "week", "page", "position", "price_text").rows() == [
        ("partner", "towels", WEEK, 0, 1, "1.71"),
        ("partner", "socks", date(2019, 12, 9), 0, 2, "面议"),
        ("partner", "towels", WEEK, 0, 3, None),
    ]
    assert offers["sales_30d_text"].to_list() == ["41", "1,234", None]
    assert offers["seen_at"][0] == datetime(2019, 12, 1, 16, tzinfo=UTC)
    assert set(offers["page_digest"]) == {digest}
    assert set(offers["archive_file"]) == {f"pages/partner/handed-over/{digest}.csv"}


def test_csv_as_chinese_spreadsheets_write_it(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("\r\n".join([HEADER, GOOD, ""]).encode("gb18030"))
    assert read_handed_over(path, "partner", CATEGORIES)["seller_place_text"].to_list() == ["河北 保定市高阳县"]
    path.write_bytes("\r\n".join([HEADER, GOOD, ""]).encode("utf-8-sig"))
    assert read_handed_over(path, "partner", CATEGORIES)["category"].to_list() == ["towels"]


def test_parquet_numbers_become_their_shortest_texts(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pl.DataFrame(
        {
            "category": pl.Series(["milk"] * 3, dtype=pl.Categorical),
            "listing_id": pl.Series([14215, 14216, 14217], dtype=pl.Int32),
            "merchant_id": [2210.0, 1311.0, 1.5],
            "seller_place_text": ["上海"] * 3,
            "price_text": [8.78, 0.1, float("nan")],
            "sales_30d_text": pl.Series([13.5, 9.0, 0.1], dtype=pl.Float32),
            "week": [WEEK] * 3,
            "is_ad": [True, False, None],
            "badges": [["a", ""], [], None],
            "price_tiers": [[{"min_quantity_text": "1", "price_text": "2"}], [], None],
        }
    ).write_parquet(path)
    offers = read_handed_over(path, "partner", CATEGORIES)
    assert offers.select("listing_id", "merchant_id", "price_text", "sales_30d_text", "is_ad").rows() == [
        ("14215", "2210", "8.78", "13.5", True),
        ("14216", "1311", "0.1", "9", False),
        ("14217", "1.5", None, "0.1", None),
    ]
    assert offers["badges"].to_list() == [["a"], [], None]
    assert offers["price_tiers"].to_list() == [[{"min_quantity_text": "1", "price_text": "2"}], None, None]


def test_json_lines_and_lists_in_texts(tmp_path: Path) -> None:
    row = {"category": "towels", "listing_id": 71, "merchant_id": "m", "seller_place_text": None, "week": "2019-12-02"}
    tiers = [{"min_quantity_text": "≥2", "price_text": 1.05}]
    path = tmp_path / "rows.jsonl"
    lines = [
        {**row, "price_tiers": tiers, "turnover_30d_text": "17万+", "badges": ["先采后付"]},
        {**row, "price_tiers": json.dumps(tiers), "turnover_30d_text": 300, "badges": "先采后付|包邮"},
        {**row, "seen_at": "2019-12-04T08:00:00+08:00", "is_ad": "true"},
    ]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n\n", encoding="utf-8")
    offers = read_handed_over(path, "partner", CATEGORIES)
    assert offers["price_tiers"].to_list() == [[{"min_quantity_text": "≥2", "price_text": "1.05"}]] * 2 + [None]
    assert offers["turnover_30d_text"].to_list() == ["17万+", "300", None]
    assert offers["badges"].to_list() == [["先采后付"], ["先采后付", "包邮"], None]
    assert offers["seen_at"][2] == datetime(2019, 12, 4, tzinfo=UTC)
    assert offers["is_ad"].to_list() == [None, None, True]


def test_the_week_follows_from_seen_at(tmp_path: Path) -> None:
    header = HEADER.replace("week", "seen_at")
    path = csv(tmp_path, GOOD.replace("2019-12-02", "2019-12-08T16:00:00Z"), header=header)
    offers = read_handed_over(path, "partner", CATEGORIES)
    assert offers["week"].to_list() == [date(2019, 12, 9)]
    assert offers["seen_at"].to_list() == [datetime(2019, 12, 8, 16, tzinfo=UTC)]


def test_what_a_file_says_of_its_own_place_is_replaced(tmp_path: Path) -> None:
    path = csv(tmp_path, f"{GOOD},partner,7,9,x", header=f"{HEADER},marketplace,page,position,page_digest")
    offers = read_handed_over(path, "partner", CATEGORIES)
    assert offers.select("marketplace", "page", "position").row(0) == ("partner", 0, 1)
    assert "rows of marketplace partner, expected other" in _refused_as(path, "other")


def _refused_as(path: Path, name: str) -> str:
    with pytest.raises(InputError) as error:
        read_handed_over(path, name, CATEGORIES)
    return str(error.value)


@pytest.mark.parametrize(
    ("header", "row", "sentence"),
    [
        (HEADER.replace("price_text", "prize_text"), GOOD, "unknown columns prize_text (nearest is price_text)"),
        (HEADER.replace("price_text", "title_text"), GOOD, "no column one of price_text, list_price_text, price_tiers"),
        (
            HEADER.replace("sales_30d_text", "title_text"),
            GOOD,
            "found no column one of sales_30d_text, sales_total_text, turnover_30d_text; add it",
        ),
        (HEADER.replace("week", "title_text"), GOOD, "found no column one of week, seen_at"),
        (HEADER.replace("merchant_id", "title_text"), GOOD, "found no column merchant_id"),
        (HEADER.replace("merchant_id", "listing_id"), GOOD, "column listing_id stands there twice"),
        (
            HEADER,
            GOOD.replace("1.71", "cheap"),
            "row 1 has price_text 'cheap', expected a number, 面议 or nothing (1 such row)",
        ),
        (HEADER, GOOD.replace(",41,", ",many,"), "row 1 has sales_30d_text 'many', expected a number"),
        (HEADER, GOOD.replace("towels", "towls"), "row 1 has category 'towls', expected one that is known"),
        (HEADER, GOOD.replace("towels", "towls"), "did you mean towels?"),
        (HEADER, GOOD.replace("towels", ""), "row 1 has category None"),
        (HEADER, GOOD.replace("12-02", "12-03"), "2019-12-03 is a Tuesday"),
        (HEADER, GOOD.replace("2019-12-02", "soon"), "row 1 has week 'soon', expected the date of a Monday"),
        (HEADER, GOOD.replace("2019-12-02", ""), "row 1 has neither week nor seen_at"),
        (f"{HEADER},seen_at", f"{GOOD},2019-12-09", "has week 2019-12-02 and seen_at 2019-12-09"),
        (f"{HEADER},seen_at", f"{GOOD},noon", "row 1 has seen_at 'noon', expected a time"),
        (f"{HEADER},is_ad", f"{GOOD},maybe", "row 1 has is_ad 'maybe', expected true or false"),
        (f"{HEADER},price_tiers", f"{GOOD},2+", "row 1 has price_tiers '2+', expected a list"),
        (HEADER, f"{GOOD},more", "cannot be read as .csv"),
    ],
)
def test_a_row_that_cannot_be_used_refuses_the_file(tmp_path: Path, header: str, row: str, sentence: str) -> None:
    assert sentence in refused(csv(tmp_path, row, header=header))


def test_the_first_bad_row_is_named_and_all_are_counted(tmp_path: Path) -> None:
    bad = GOOD.replace("1.71", "N/A")
    sentence = refused(csv(tmp_path, GOOD, GOOD.replace("1.71", "价格面议"), bad, GOOD, bad))
    assert "rows.csv: row 3 has price_text 'N/A', expected a number, 面议 or nothing (2 such rows); mend" in sentence


def test_tiers_without_a_number_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    row = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    path.write_text(json.dumps({**row, "price_tiers": [{"min_quantity_text": "2", "price_text": "ask"}]}))
    assert "row 1 has price_tiers 'ask'" in refused(path)


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "none.csv")
    excel = tmp_path / "rows.xlsx"
    excel.write_bytes(b"PK")
    assert "found a file of kind '.xlsx', expected .csv, .parquet, .jsonl, .ndjson" in refused(excel)
    parquet = tmp_path / "rows.parquet"
    parquet.write_bytes(b"not parquet at all")
    assert "cannot be read as .parquet" in refused(parquet)
    lines = tmp_path / "rows.jsonl"
    lines.write_text('{"category": "towels"}\n[1]\n')
    assert "line 2 holds '[1]', expected an object" in refused(lines)
    lines.write_text('{"category": ')
    assert "cannot be read as .jsonl" in refused(lines)
    assert "found no rows" in refused(csv(tmp_path))
    (tmp_path / "rows.csv").write_bytes(b"")
    assert "cannot be read as .csv" in refused(tmp_path / "rows.csv")


@pytest.mark.parametrize("name", ["../other", "Partner", "part_ner", "伙伴", "a.b", ""])
def test_a_name_that_no_file_of_a_marketplace_could_have_is_refused(tmp_path: Path, name: str) -> None:
    expected = "is no name, expected one that its file could have: small letters a-z, digits and hyphens"
    assert _refused_as(csv(tmp_path, GOOD), name) == f"marketplace {name!r} {expected}; see --marketplace"
    with pytest.raises(ValidationError, match="name"):
        marketplace_at(9, name=name)


def test_a_name_that_a_file_could_have_is_taken(tmp_path: Path) -> None:
    assert marketplace_at(9, name="partner-2").name == "partner-2"
    assert read_handed_over(csv(tmp_path, GOOD), "partner-2", CATEGORIES)["marketplace"].to_list() == ["partner-2"]


def test_stored_once_by_week_and_category(tmp_path: Path) -> None:
    path = csv(tmp_path, GOOD, GOOD.replace("12-02", "12-09"), GOOD.replace("towels", "socks"), GOOD)
    offers = read_handed_over(path, "partner", CATEGORIES)
    home, digest = tmp_path / "home", sha256(path.read_bytes()).hexdigest()
    files = store_handed_over(home, path, offers)
    assert [file.relative_to(home).as_posix() for file in files] == [
        f"offers/partner/2019-12-02/socks.handed-over-{digest[:12]}.parquet",
        f"offers/partner/2019-12-02/towels.handed-over-{digest[:12]}.parquet",
        f"offers/partner/2019-12-09/towels.handed-over-{digest[:12]}.parquet",
    ]
    assert (home / offers["archive_file"][0]).read_bytes() == path.read_bytes()
    assert pl.concat(map(pl.read_parquet, files)).sort("position").equals(offers)
    before = {file: file.read_bytes() for file in files}
    assert store_handed_over(home, path, offers) == files
    assert {file: file.read_bytes() for file in files} == before
    assert not list(home.glob("**/*.tmp"))
    path.write_text("changed")
    with pytest.raises(InputError, match="has changed since"):
        store_handed_over(home, path, offers)


@given(values=st.lists(st.floats(-(2**53) + 1, 2**53 - 1) | st.none(), min_size=1))
def test_handed_over_numbers_stay_exact(values: list[float | None]) -> None:
    shown = as_kind(pl.Series("price_text", values, dtype=pl.Float64), "string").to_list()
    assert [None if text is None else float(text) for text in shown] == values
