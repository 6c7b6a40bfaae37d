from pathlib import Path
from urllib.parse import quote

import pytest

import configs
from configs.errors import ConfigError
from configs.marketplaces import HtmlLayout, Marketplace, quoted_columns, read_marketplace
from configs.tables import table

SHIPPED = sorted((Path(configs.__file__).parent / "marketplaces").glob("*.yaml"))
TEXT = """\
name: practice
title: {en: Practice, zh: 练习平台}
hosts: [practice.example, 127.0.0.1]
listing: {url: "http://127.0.0.1:8816/search.htm?keywords={category}&beginPage={page}", encoding: gbk}
rate: {requests_per_second: 2.0, concurrency: 2}
categories: {towels: 毛巾, luggage: 箱包}
sales: {basis: trailing_30d}
outcomes: {empty: [没有找到]}
layouts:
  - name: first
    kind: script
    marker: "var pageConfig ="
    cards: listOffer
    fields:
      listing_id: {path: "attr.id || offerid", required: true}
      title_text: {path: title, tags: strip}
      is_ad: "itemType == 'p4p'"
badges: {先采后付: pay_later}
"""


def read(folder: Path, old: str = "", new: str = "", name: str = "practice") -> Marketplace:
    assert old in TEXT
    path = folder / f"{name}.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return read_marketplace(path)


def test_a_file_is_read(tmp_path: Path) -> None:
    marketplace = read(tmp_path)
    assert marketplace.layouts[0].fields["is_ad"].path == "itemType == 'p4p'"
    assert marketplace.layouts[0].fields["listing_id"].required
    assert marketplace.site_category("towels") == "毛巾"
    assert marketplace.crawl
    assert not marketplace.allow_loopback


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_are_valid_and_their_addresses_lead_back(path: Path) -> None:
    marketplace = read_marketplace(path)
    for category in marketplace.categories:
        assert marketplace.category_of_url(marketplace.page_url(category, 3)) == (category, 3)


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("htm?keywords=%C3%AB%BD%ED&beginPage=7", 7),
        ("html?beginPage=7&spm=a26352&keywords=%E6%AF%9B%E5%B7%BE&n=y", 7),
        ("htm?charset=utf8&keywords=毛巾", 1),
    ],
)
def test_1688_addresses_as_archives_spell_them(query: str, page: int) -> None:
    marketplace = read_marketplace(Path(configs.__file__).parent / "marketplaces" / "alibaba-1688.yaml")
    found = marketplace.category_of_url(f"https://s.1688.com/selloffer/offer_search.{query}")
    assert found == ("towels", page)


def test_the_1688_file_is_for_archives_only() -> None:
    marketplace = read_marketplace(Path(configs.__file__).parent / "marketplaces" / "alibaba-1688.yaml")
    assert not marketplace.crawl
    assert marketplace.crawl_note
    assert set(marketplace.layouts[0].fields) == set(quoted_columns()) - {"return_rate_text"}


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("sales:", "sails:", 7, "found unknown key sails; did you mean sales?"),
        (
            "requests_per_second",
            "request_per_second",
            5,
            "unknown key request_per_second; did you mean requests_per_second?",
        ),
        ("cards: listOffer", "cards: listOffer\n    encoding: json", 14, "expected one of json_string"),
        ("itemType ==", "parsed(itemType, a) ==", 17, "found parsed() with 2 arguments"),
        ("kind:", "kynd:", 11, "unknown key kynd; did you mean kind?"),
        ("title_text", "titel_text", 16, "found field titel_text"),
        ("title_text", "titel_text", 16, "did you mean title_text?"),
        ("title_text", "page_digest", 16, "found field page_digest, expected a column that offers quote from a page"),
        ("attr.id ||", "attr.id |||", 15, "expected a JMESPath expression"),
        ("attr.id ||", "attr id ||", 15, 'column 5, token "id" (UNQUOTED_IDENTIFIER))'),
        ("cards: listOffer", "cards: 'list['", 13, "expected a JMESPath expression"),
        ("itemType ==", "mony(itemType) ==", 17, "found unknown function mony()"),
        ("itemType ==", "mony(itemType) ==", 17, "did you mean money?"),
        ("itemType ==", "joined(itemType) ==", 17, "found joined() with 1 argument"),
        ("required: true", 'required: true, regex: "("', 15, "expected a regular expression"),
        ("tags: strip", "tags: stripe", 16, "expected one of strip"),
        ("&beginPage={page}", "", 4, "found no {page} in"),
        ("{category}&", "", 4, "found no {category} in"),
        ("http:", "ftp:", 4, "expected an address that starts with http://"),
        ("encoding: gbk", "encoding: gkb", 4, "found unknown encoding 'gkb'"),
        ("127.0.0.1]", "127.0.0.2]", 4, "expected an address on one of its hosts"),
        ("rate:", 'url_patterns: ["k=(?P<category>.+)"]\nrate:', 5, "found no group (?P<page>...)"),
        ("rate:", 'url_patterns: ["("]\nrate:', 5, "expected a regular expression"),
        ("trailing_30d", "trailing", 7, "expected one of trailing_30d, cumulative; did you mean trailing_30d?"),
        ("箱包", "毛巾", 6, "found '毛巾' twice in categories"),
        ("箱包", "🧳", 6, "expected a word that gbk can write"),
        ("箱包", "no", 6, "found categories.luggage: False, expected a text (put it in quotes)"),
        ("concurrency: 2", "concurrency: 0", 5, "greater than or equal to 1"),
        ("concurrency: 2", "concurrency: two", 5, "found rate.concurrency: 'two', expected a whole number"),
        ("badges:", "crawl: false\nbadges:", 18, "found crawl: false without crawl_note"),
        ("badges:", "sort: a\nsort: b\nbadges:", 19, "found key sort again, expected it on line 18 only"),
        ("hosts: [practice.example, 127.0.0.1]\n", "", 1, "found no hosts, expected it to be given"),
        ("hosts: [", "hosts: ]", 3, "found no valid YAML"),
        ("name: practice", "name: Practice", 1, "found name: 'Practice', expected"),
        ("name: practice", "name: other", 1, "marketplace name is 'other', expected 'practice' as the file is named"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(tmp_path: Path, old: str, new: str, line: int, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, old, new)
    message = str(error.value)
    assert message.startswith(f"{tmp_path / 'practice.yaml'}:{line}: ")
    assert sentence in message
    assert "\n" not in message


HTML = """\
  - name: cards
    kind: html
    cards: li.offer
    fields:
      listing_id: "@data-id"
      title_text:
        css: .title
      price_text: {css: .price i, join: ""}
      price_tiers: {css: tr, min_quantity_text: .q, price_text: {css: .p}}
      seller_place_text: [.place, {css: .city}]
      is_ad: {exists: .ad}
badges:"""


def read_html(folder: Path, old: str = "", new: str = "") -> Marketplace:
    assert old in HTML
    return read(folder, "badges:", HTML.replace(old, new, 1))


def test_a_layout_of_cards_is_read(tmp_path: Path) -> None:
    layout = read_html(tmp_path).layouts[1]
    assert isinstance(layout, HtmlLayout)
    assert layout.fields["listing_id"][0].attr == "data-id"
    assert layout.fields["title_text"][0].css == ".title"
    assert [rule.css for rule in layout.fields["seller_place_text"]] == [".place", ".city"]
    assert read_html(tmp_path, 'join: ""', "join: true").layouts[1] == layout


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("li.offer", "li.offer[", 20, "found 'li.offer[', expected a CSS selector"),
        ("css: .title", "css: .title::text", 24, "expected a CSS selector (a text needs no mark"),
        ("css: .title", 'css: "> .title"', 24, "expected a CSS selector (a selector looks below the card by itself)"),
        ("css: .title", "css: 'b:contains(\"x\")'", 24, "write :lexbor-contains"),
        ("css: .title", "css: //b", 24, "XPath is not read"),
        ("css: .title", "cs: .title", 24, "found unknown key cs; did you mean css?"),
        ("css: .title", "css: .title\n        path: a", 25, "found unknown key path"),
        ("css: .title", "required: true", 23, "names no place, expected one of css, attr, exists or regex"),
        ("css: .title", 'css: .title\n        regex: "("', 25, "expected a regular expression"),
        ("css: .title", "css: .title\n        all: true", 25, "found all, expected it on a list column"),
        ("css: .title", "css: .title\n        exists: .x", 25, "found exists beside css or attr"),
        ("css: .title", "exists: .x", 24, "found exists, expected it on a column that is true or false"),
        ("css: .title", "css: .title\n        min_quantity_text: .q", 25, "expected it on a column of tiers"),
        ("css: .title", "attr: a\n        own_text: true", 25, "found own_text beside attr"),
        ("css: .title", 'attr: a\n        join: ""', 25, "found join without css"),
        ("css: tr,", 'css: tr, join: "",', 26, "found join, expected none: the column is a list"),
        ("min_quantity_text: .q, ", "", 26, "found tiers without min_quantity_text"),
        ("price_text: {css: .p}", "price_text: {css: .p, all: true}", 26, "found all, expected it on a list column"),
        ("price_text: {css: .p}", "price_text: {css: .p, required: true}", 26, "found required in a tier"),
        ("{css: .city}", "{css: .city, exists: .x}", 27, "found exists beside css"),
        ("{css: .city}", "{exists: .x}", 27, "found exists, expected it on a column"),
        ("[.place, {css: .city}]", "[]", 27, "at least 1 item"),
        ("title_text", "titel_text", 23, "found field titel_text"),
        ("title_text", "titel_text", 23, "did you mean title_text?"),
        ("kind: html", "kind: htlm", 19, "found kind: htlm, expected one of script, json, html; did you mean html?"),
        ("kind: html", "kind: [html]", 19, "expected one of script, json, html"),
        ("    kind: html\n", "", 18, "found a layout without kind, expected one of script, json, html"),
        ("kind: html", "kind: script", 18, "found no layouts.1.marker, expected it to be given"),
        ("kind: html", "kind: html\n    encoding: json_string", 20, "found unknown key encoding"),
        ("kind: html", "kind: html\n    pages: {css: .x, all: true}", 20, "found all"),
        ("kind: html", "kind: html\n    unles: x", 20, "found unknown key unles; did you mean unless?"),
    ],
)
def test_a_mistake_in_cards_is_one_sentence_too(tmp_path: Path, old: str, new: str, line: int, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_html(tmp_path, old, new)
    message = str(error.value)
    assert sentence in message
    assert message.startswith(f"{tmp_path / 'practice.yaml'}:{line}: ")
    assert "\n" not in message


def test_an_unknown_category_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="maps no category 'towls'; did you mean towels"):
        read(tmp_path).page_url("towls", 1)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://127.0.0.1:8816/search.htm?keywords=%C3%AB%BD%ED&beginPage=3", ("towels", 3)),
        ("https://practice.example/search.htm?beginPage=3&spm=a.b&keywords=%C3%AB%BD%ED", ("towels", 3)),
        (f"http://practice.example/search.htm?keywords={quote('箱包')}&beginPage=2", ("luggage", 2)),
        ("http://practice.example/search.htm?keywords=毛巾", ("towels", 1)),
        ("http://practice.example/search.htm?keywords=毛巾&beginPage=x", None),
        ("http://practice.example/search.htm?keywords=地毯&beginPage=2", None),
        ("http://practice.example/search.htm?beginPage=2", None),
        ("http://practice.example/other.htm?keywords=毛巾&beginPage=2", None),
        ("http://elsewhere.example/search.htm?keywords=毛巾&beginPage=2", None),
        ("http://practice.example/search.htm?keywords=%FF%FF&beginPage=2", None),
        ("http://[broken", None),
        ("dns:practice.example", None),
        ("", None),
    ],
)
def test_addresses_are_read_backwards(tmp_path: Path, url: str, found: tuple[str, int] | None) -> None:
    assert read(tmp_path).category_of_url(url) == found


def test_placeholders_may_stand_in_the_path_and_fixed_parts_must_agree(tmp_path: Path) -> None:
    marketplace = read(tmp_path, "search.htm?keywords={category}&beginPage={page}", "p{page}/{category}.html?sort=sold")
    assert marketplace.category_of_url(marketplace.page_url("luggage", 12)) == ("luggage", 12)
    assert marketplace.category_of_url("http://practice.example/p2/毛巾.html?sort=price") is None
    assert marketplace.category_of_url("http://practice.example/p2/毛巾.html") is None


def test_a_word_may_be_several_steps_of_the_path(tmp_path: Path) -> None:
    text = TEXT.replace("search.htm?keywords={category}&beginPage={page}", "list/{category}/p{page}.html")
    path = tmp_path / "practice.yaml"
    path.write_text(text.replace("箱包", "bags/travel"), encoding="utf-8")
    marketplace = read_marketplace(path)
    assert marketplace.page_url("luggage", 3) == "http://127.0.0.1:8816/list/bags/travel/p3.html"
    assert marketplace.page_url("towels", 1) == "http://127.0.0.1:8816/list/%C3%AB%BD%ED/p1.html"
    assert marketplace.category_of_url("https://practice.example/list/bags/travel/p3.html?from=a") == ("luggage", 3)
    assert marketplace.category_of_url("https://practice.example/list/bags/travel/") is None


@pytest.mark.parametrize("first", [0, 1])
def test_a_site_may_count_listings_instead_of_pages(tmp_path: Path, first: int) -> None:
    old = 'beginPage={page}", encoding: gbk'
    new = f'from={{offset}}", encoding: gbk, page_size: 44, first_page: {first}'
    marketplace = read(tmp_path, old, new)
    assert marketplace.page_url("towels", first).endswith("from=0")
    assert marketplace.page_url("towels", first + 3).endswith("from=132")
    for page in range(first, first + 4):
        assert marketplace.category_of_url(marketplace.page_url("luggage", page)) == ("luggage", page)
    address = f"http://practice.example/search.htm?keywords={quote('毛巾')}"
    assert marketplace.category_of_url(address) == ("towels", first)
    patterns = "url_patterns: ['q=(?P<category>\\w+)(?:&s=(?P<offset>\\d+))?']\nrate:"
    text = (tmp_path / "practice.yaml").read_text(encoding="utf-8").replace("rate:", patterns, 1)
    (tmp_path / "practice.yaml").write_text(text, encoding="utf-8")
    marketplace = read_marketplace(tmp_path / "practice.yaml")
    assert marketplace.category_of_url("http://practice.example/?q=毛巾&s=88") == ("towels", first + 2)


def test_url_patterns_replace_the_template(tmp_path: Path) -> None:
    patterns = r"""url_patterns: ['/c/(?P<category>[^/]+)(?:/p(?P<page>\d+))?$', 'x=(?P<page>\d+);(?P<category>\w+)']
rate:"""
    marketplace = read(tmp_path, "rate:", patterns)
    assert marketplace.category_of_url("https://practice.example/c/%C3%AB%BD%ED/p7") == ("towels", 7)
    assert marketplace.category_of_url("https://practice.example/c/%E7%AE%B1%E5%8C%85") == ("luggage", 1)
    assert marketplace.category_of_url("https://practice.example/?x=4;箱包") == ("luggage", 4)
    assert marketplace.category_of_url(marketplace.page_url("towels", 1)) is None


def test_quoted_columns_are_those_that_only_a_card_knows() -> None:
    rest = {
        "marketplace",
        "category",
        "week",
        "seen_at",
        "page",
        "position",
        "page_digest",
        "archive_file",
        "archive_offset",
    }
    assert set(table("offers").names) - set(quoted_columns()) == rest
