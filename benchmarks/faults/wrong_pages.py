"""What sites answer instead of a listing: blocks, logins, errors, empty pages, and pages of something else."""

import json
from collections.abc import Callable

from benchmarks.faults.live_week import CATEGORY, WEEK, Asked, Reply, Wrong
from sandbox.pages import NOTHING_FOUND

OTHER = "socks"


def html(body: str, title: str = "练习平台", status: int = 200, **headers: str) -> Wrong:
    """A small page, whatever was asked for."""
    text = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = Reply(text.encode(), status, {"Content-Type": "text/html; charset=utf-8"} | named)
    return lambda asked: reply


def text_of(change: Callable[[Asked], str]) -> Wrong:
    """The page whose text is this."""
    return lambda asked: Reply(change(asked).encode())


def empty(asked: Asked) -> str:
    """The page behind the last one, which says that there is nothing, as if it were the one that was asked for."""
    words = asked.site.site.scenario.categories[CATEGORY]
    return asked.site.site.page(words, 999, WEEK).replace('"999"', f'"{asked.page}"')


def other_category_disguised(asked: Asked) -> str:
    """Another category's page under the words that were asked for."""
    mine, theirs = (asked.site.site.scenario.categories[name] for name in (CATEGORY, OTHER))
    return asked.site.page(OTHER, asked.page).replace(f'"keywords":"{theirs}"', f'"keywords":"{mine}"')


def recommendations(asked: Asked) -> str:
    """The site's own choice where it finds nothing: other listings, and no count of them."""
    head, _, rest = other_category_disguised(asked).partition('"totalCount":')
    return head + rest.partition(",")[2]


def first_page_disguised(asked: Asked) -> str:
    """The first page under the number that was asked for."""
    return asked.site.page(CATEGORY, 1).replace('beginPage:"1"', f'beginPage:"{asked.page}"')


def some_of_the_cards(asked: Asked) -> str:
    """The list breaks off, and the page is closed as it should be."""
    head, mark, rest = asked.text.partition('"listOffer":[\n')
    offers, end, tail = rest.partition("\n],\n")
    return head + mark + ",\n{".join(offers.split(",\n{")[:4]) + end + tail


def json_error(asked: Asked) -> Reply:
    """An answer of the data service that reports an error."""
    body = {"ret": ["FAIL_SYS_USER_VALIDATE::哎哟喂,被挤爆啦"], "page": asked.page, "data": {}}
    return Reply(json.dumps(body, ensure_ascii=False).encode(), headers={"Content-Type": "application/json"})


def empty_once(asked: Asked) -> Reply:
    """Nothing at the first request, the right page later."""
    return Reply(empty(asked).encode()) if asked.request == 1 else asked.right


LOGIN = "https://login.practice.example/member/signin.htm?from=search"
KINDS: dict[str, Wrong] = {
    "slider": html("<div class='nc-container'>请按住滑块，拖动到最右边</div>", "滑动验证页面"),
    "captcha": html("<img src='/c.png'><p>Enter the characters you see</p>", "Captcha"),
    "captcha over the cards": text_of(lambda asked: asked.text.replace("<title>", "<title>安全验证 ", 1)),
    "block without a title": html("<h1>亲，您的访问过于频繁，请稍后再试</h1>"),
    "block 403": html("<h1>403 Forbidden</h1>", "403 Forbidden", 403),
    "login page": html("<form action='/member/signin'><input name='password'></form>", "用户登录 - 练习平台"),
    "redirect to login": html("", status=302, Location=LOGIN),
    "login 401": html("", status=401),
    "redirect to home": html("", status=302, Location="/"),
    "home page": html("<h1>练习平台</h1><ul class='floors'><li>毛巾</li><li>袜子</li></ul>"),
    "gateway 502": html("<h1>502 Bad Gateway</h1><hr>cdn", "502 Bad Gateway", 502),
    "CDN error with status 200": html("<h2>The requested URL could not be retrieved</h2>", "ERROR"),
    "maintenance 503": html("<h1>系统维护中</h1>", "系统维护", 503, Retry_After="0"),
    "maintenance with status 200": html("<h1>系统升级维护中，给您带来不便</h1>", "系统维护"),
    "not found 404": html("<h1>404</h1>", status=404),
    "empty without its marker": text_of(lambda asked: empty(asked).replace(NOTHING_FOUND, "")),
    "empty with its marker, again and again": text_of(empty),
    "another category": text_of(lambda asked: asked.site.page(OTHER, asked.page)),
    "another category in disguise": text_of(other_category_disguised),
    "recommendations": text_of(recommendations),
    "JSON error": json_error,
    "some of the cards": text_of(some_of_the_cards),
    "picture": lambda asked: Reply(asked.right.body, headers={"Content-Type": "image/png"}),
}
ECHOES: dict[str, Wrong] = {
    "first page": text_of(lambda asked: asked.site.page(CATEGORY, 1)),
    "first page in disguise": text_of(first_page_disguised),
}
