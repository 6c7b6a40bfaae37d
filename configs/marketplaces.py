"""The marketplaces: where their listings are, what their pages look like and which words mean what; one YAML each."""

import codecs
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, unquote_plus, urlsplit

from pydantic import Field, field_validator, model_validator

from configs.addresses import words_of
from configs.errors import ConfigError
from configs.expressions import check_regex
from configs.field_rules import FieldRule, HtmlRule, Part, quoted_columns
from configs.layouts import HtmlLayout, JsonLayout, Layout, ScriptLayout
from configs.nearest import did_you_mean
from configs.orders import Order
from configs.yaml_lines import KeyedError, line_of, load_model

__all__ = [
    "FieldRule", "HtmlLayout", "HtmlRule", "JsonLayout", "Layout", "Listing", "Marketplace", "Order", "Outcomes",
    "Part", "Rate", "Sales", "ScriptLayout", "Title", "quoted_columns", "read_marketplace",
]  # fmt: skip

NAME = "[a-z0-9-]+"  # a folder and a file bear it, on file systems too that know no capitals
PLACES = ("page", "offset")  # a listing is turned by the number of the page or of its first listing


class Title(Part):
    """The marketplace's name in both languages."""

    en: str
    zh: str


class Listing(Part):
    """Where the pages of a category are; `depth` is the last page that is planned, `page_size` in listings.

    `overlap` is how many pages are read a second time once a category is through (spiders/plan.py).

    `url` holds {category}, and {page} or, where the site counts listings, {offset} = (page - first_page) x page_size.
    """

    url: str
    encoding: str = "utf-8"
    first_page: int = Field(default=1, ge=0)
    page_size: int = Field(default=60, ge=1)
    depth: int = Field(default=50, ge=1)
    overlap: int = Field(default=4, ge=0)

    @field_validator("url")
    @classmethod
    def _has_placeholders(cls, url: str) -> str:
        missing = _missing([name for name in ("category", *PLACES) if f"{{{name}}}" in url], "{%s}")
        if missing:
            raise ValueError(f"found no {missing} in {url!r}, expected both {{category}} and {{page}}")
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"found {url!r}, expected an address that starts with http:// or https://")
        return url

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, name: str) -> str:
        try:
            return codecs.lookup(name).name
        except LookupError:
            near = did_you_mean(name, ["utf-8", "gbk", "gb18030", "big5"])
            raise ValueError(f"found unknown encoding {name!r}, expected one that Python knows{near}") from None


class Rate(Part):
    """How fast the site is asked, and how many pages a day at most (by the date in Asia/Shanghai; None: as many as
    there are)."""

    requests_per_second: float = Field(default=1.0, gt=0)
    concurrency: int = Field(default=1, ge=1)
    pages_per_day: int | None = Field(default=None, ge=1)


class Sales(Part):
    """What displayed pieces mean: those of the last 30 days, or a counter that only grows."""

    basis: Literal["trailing_30d", "cumulative"]


class Outcomes(Part):
    """Texts that tell in the decoded page what kind of page it is; `end` is one that stands at the end of all of them.

    With `end` a page without it is cut. Without, a body that has neither length nor content coding is never whole.
    """

    end: str | None = Field(default=None, min_length=1)
    empty: list[str] = Field(default_factory=list)
    blocked: list[str] = Field(default_factory=list)
    login: list[str] = Field(default_factory=list)


class Marketplace(Part):
    """One marketplace."""

    name: str = Field(pattern=f"^{NAME}$")
    title: Title
    hosts: list[Annotated[str, Field(pattern=r"^[a-z0-9.-]+$")]] = Field(min_length=1)
    allow_loopback: bool = False
    crawl: bool = True
    crawl_note: str | None = None
    listing: Listing
    url_patterns: list[str] = Field(default_factory=list)
    rate: Rate = Rate()
    sort: Order | None = None
    categories: dict[str, str] = Field(min_length=1)
    sales: Sales
    outcomes: Outcomes = Outcomes()
    layouts: list[Layout] = Field(min_length=1)
    badges: dict[str, Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]] = Field(default_factory=dict)

    @field_validator("url_patterns")
    @classmethod
    def _name_both_groups(cls, patterns: list[str]) -> list[str]:
        for number, pattern in enumerate(patterns):
            try:
                groups = re.compile(check_regex(pattern)).groupindex
            except ValueError as error:
                raise KeyedError(str(error), number) from None
            missing = _missing(list(groups), "(?P<%s>...)")
            if missing:
                raise KeyedError(f"found no group {missing} in {pattern!r}, expected both", number)
        return patterns

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if not self.crawl and not self.crawl_note:
            raise KeyedError("found crawl: false without crawl_note, expected the reason there", "crawl")
        if urlsplit(self.listing.url).hostname not in self.hosts:
            sentence = f"found {self.listing.url!r}, expected an address on one of its hosts {', '.join(self.hosts)}"
            raise KeyedError(sentence, "listing", "url")
        _refuse_doubled([layout.name for layout in self.layouts], "layouts")
        _refuse_doubled(list(self.categories.values()), "categories")
        for ours, word in self.categories.items():
            try:
                word.encode(self.listing.encoding)
            except UnicodeEncodeError:
                sentence = f"found {word!r}, expected a word that {self.listing.encoding} can write"
                raise KeyedError(sentence, "categories", ours) from None
        return self

    def site_category(self, category: str) -> str:
        """The site's word for one of our categories; ConfigError where it has none."""
        if category not in self.categories:
            near = did_you_mean(category, self.categories)
            raise ConfigError(f"marketplace {self.name} maps no category {category!r}{near}")
        return self.categories[category]

    def page_url(self, category: str, page: int) -> str:
        """The address of one page of one of our categories."""
        listing = self.listing
        # A slash in the word is a step of the path where the word stands in the path.
        safe = "/" if "{category}" in urlsplit(listing.url).path else ""
        word = quote(self.site_category(category), safe=safe, encoding=listing.encoding)
        offset = (page - listing.first_page) * listing.page_size
        return listing.url.replace("{category}", word).replace("{page}", str(page)).replace("{offset}", str(offset))

    def category_of_url(self, url: str) -> tuple[str, int] | None:
        """Our category and the page number that an address is of; None where it is no listing page of ours.

        An address that names no page is the first one. GBK reads some UTF-8 as other characters instead of
        failing, so each encoding is tried until one gives a category that the marketplace maps.
        """
        try:
            host = urlsplit(url).hostname
        except ValueError:
            return None
        if host not in self.hosts:
            return None
        for encoding in dict.fromkeys((self.listing.encoding, "utf-8")):
            for found in self._words_of(url, encoding):
                # A word within a text within the address may be escaped once more.
                for word in (found["category"], unquote_plus(found["category"], encoding=encoding)):
                    if word in self._ours:
                        return self._ours[word], self._page_of(found)
        return None

    def _page_of(self, found: Mapping[str, str | None]) -> int:
        page, offset = found.get("page"), found.get("offset")
        if page is not None:
            return int(page)
        return self.listing.first_page + int(offset or 0) // self.listing.page_size

    def _words_of(self, url: str, encoding: str) -> list[dict[str, str]]:
        """The category, page and offset words of an address, one for each way in which it can be read."""
        try:
            if not self._patterns:
                found = words_of(url, self.listing.url, encoding)
                return [found] if found else []
            decoded = unquote_plus(url, encoding=encoding, errors="strict")
        except UnicodeDecodeError:
            return []
        hits = [pattern.search(decoded) for pattern in self._patterns]
        return [hit.groupdict() for hit in hits if hit and hit["category"]]

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern) for pattern in self.url_patterns]

    @cached_property
    def _ours(self) -> dict[str, str]:
        return {word: category for category, word in self.categories.items()}


def read_marketplace(path: Path) -> Marketplace:
    """One marketplace from its file, whose name must be the marketplace's."""
    marketplace = load_model(path, Marketplace)
    if marketplace.name != path.stem:
        named = f"marketplace name is {marketplace.name!r}, expected {path.stem!r} as the file is named"
        raise ConfigError(f"{path}:{line_of(path, marketplace.name)}: {named}")
    return marketplace


def _missing(found: list[str], spelling: str) -> str:
    """The names of category and page that are not there, as they are to be spelled; an offset stands for the page."""
    missing = [] if "category" in found else ["category"]
    missing += [] if any(name in found for name in PLACES) else ["page"]
    return " and no ".join(spelling % name for name in missing)


def _refuse_doubled(values: list[str], key: str) -> None:
    doubled = [value for value in values if values.count(value) > 1]
    if doubled:
        raise KeyedError(f"found {doubled[0]!r} twice in {key}, expected each once", key)
