"""What tells of a block or of another page on any site, whatever its marketplace file says."""

import re
from urllib.parse import urlsplit

from configs.marketplaces import Marketplace
from spiders.pages import ArchivedPage, PageKey

TITLE = re.compile(r"<title[^>]*>([^<]{0,200})", re.IGNORECASE)
HEAD_CHARACTERS = 20_000  # titles stand at the beginning; a page of 400 kB is not searched through
BLOCKED_TITLE = re.compile(
    r"验证码|安全验证|滑动验证|人机验证|访问受限|访问过于频繁|拒绝访问|captcha|access denied|just a moment|"
    r"attention required|are you (a )?(human|robot)|unusual traffic",
    re.IGNORECASE,
)
LOGIN_TITLE = re.compile(r"^\s*(请?登录|用户登录|会员登录|账号登录|sign in\b|log ?in\b)", re.IGNORECASE)
BLOCKED_ADDRESS = re.compile(r"/punish\b|captcha|/verify\b|/challenge\b|/blocked\b|/denied\b", re.IGNORECASE)
LOGIN_ADDRESS = re.compile(r"^(login|passport|signin|sso)\.|/(login|signin|passport)\b", re.IGNORECASE)
STATUSES = {401: "login", 403: "blocked", 407: "login", 451: "blocked"}
NO_TEXT = re.compile(r"image/|audio/|video/|font/|application/(pdf|zip|gzip|x-tar|vnd\.|msword|wasm)")


def kind_of_title(text: str) -> tuple[str, str] | None:
    """`blocked` or `login` with the title that says so; None for any other page."""
    found = TITLE.search(text, 0, HEAD_CHARACTERS)
    title = " ".join(found[1].split()) if found else ""
    for kind, pattern in (("blocked", BLOCKED_TITLE), ("login", LOGIN_TITLE)):
        if pattern.search(title):
            return kind, title
    return None


def kind_of_address(address: str) -> str | None:
    """`blocked` or `login` where an address that a page came from or sends on to is of such a page."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    for kind, pattern in (("blocked", BLOCKED_ADDRESS), ("login", LOGIN_ADDRESS)):
        if pattern.search(parts.hostname or "") or pattern.search(parts.path):
            return kind
    return None


def is_text(content_type: str) -> bool:
    """Whether a content type may be that of a listing page. Sites label carelessly: only what is surely none is one."""
    return NO_TEXT.match(content_type.strip().lower()) is None


def stray_address(page: ArchivedPage, marketplace: Marketplace, key: PageKey) -> str | None:
    """The address that an answer came from, where redirects led away from the page that was asked for."""
    if not page.url or page.url == marketplace.page_url(key.category, key.page):
        return None
    return None if marketplace.category_of_url(page.url) == (key.category, key.page) else page.url
