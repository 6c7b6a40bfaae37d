"""Blocks, logins, errors, empty and other people's pages in place of listings: is any taken for data, does a figure move?

Of one category of a tiny world first one page and then all of them are answered wrongly, in every way that is known of.
The other category is left in peace. A week's figures must be those of an undisturbed week, or suppressed with a reason.
"""

import json
from pathlib import Path

from benchmarks.faults.live_week import (
    CATEGORY,
    WEEK,
    Reply,
    Week,
    WrongSite,
    figures_changed,
    prepare,
    read_week,
    site_in,
    without_reason,
)
from benchmarks.faults.table import FaultRow
from sandbox.pages import NOTHING_FOUND

OTHER = "socks"
ONE_PAGE = frozenset({2})


def page(body: str, title: str = "练习平台", status: int = 200, **headers: str) -> Reply:
    """A small HTML page."""
    text = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(text.encode(), status, {"Content-Type": "text/html; charset=utf-8"} | named)


def slider(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<div class='nc-container'>请按住滑块，拖动到最右边</div>", "滑动验证页面")


def captcha(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<img src='/captcha.png'><p>Enter the characters you see</p>", "Captcha")


def captcha_over_cards(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return Reply(right.body.replace(b"<title>", "<title>安全验证 ".encode(), 1))


def block_text(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<h1>亲，您的访问过于频繁，请稍后再试</h1>")


def block_403(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<h1>403 Forbidden</h1>", "403 Forbidden", 403)


def login_page(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<form action='/member/signin'><input name='password'></form>", "用户登录 - 练习平台")


def login_redirect(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("", status=302, Location="https://login.practice.example/member/signin.htm?from=search")


def login_401(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("", status=401)


def home_redirect(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("", status=302, Location="/")


def home_page(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<h1>练习平台</h1><ul class='floors'><li>毛巾</li><li>袜子</li></ul>")


def gateway_502(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<h1>502 Bad Gateway</h1><hr>cdn", "502 Bad Gateway", 502)


def cdn_200(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<h2>The requested URL could not be retrieved</h2><p>Request ID: 7f</p>", "ERROR")


def maintenance_503(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<h1>系统维护中</h1>", "系统维护", 503, Retry_After="0")


def maintenance_200(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<h1>系统升级维护中，给您带来不便</h1>", "系统维护")


def not_found_404(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return page("<h1>404</h1>", status=404)


def empty_without_marker(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    empty = site.site.page(site.site.scenario.categories[CATEGORY], 999, WEEK)
    return Reply(empty.replace(NOTHING_FOUND, "").replace('"999"', f'"{number}"').encode())


def empty_always(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    empty = site.site.page(site.site.scenario.categories[CATEGORY], 999, WEEK)
    return Reply(empty.replace('"999"', f'"{number}"').encode())


def other_category(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return Reply(site.page(OTHER, number).encode())


def other_category_disguised(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    mine, theirs = (site.site.scenario.categories[name] for name in (CATEGORY, OTHER))
    text = site.page(OTHER, number).replace(f'"keywords":"{theirs}"', f'"keywords":"{mine}"')
    return Reply(text.encode())


def recommendations(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    """The site's own choice where it finds nothing: other listings, and no count of them."""
    text = other_category_disguised(site, number, request, right).body.decode()
    head, _, rest = text.partition('"totalCount":')
    return Reply((head + rest.partition(",")[2]).encode())


def first_page(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    """A site that ignores the number of a page, and says so."""
    return Reply(site.page(CATEGORY, 1).encode())


def first_page_disguised(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return Reply(site.page(CATEGORY, 1).replace('beginPage:"1"', f'beginPage:"{number}"').encode())


def json_error(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    body = json.dumps({"ret": ["FAIL_SYS_USER_VALIDATE::哎哟喂,被挤爆啦"], "data": {}}, ensure_ascii=False)
    return Reply(body.encode(), headers={"Content-Type": "application/json"})


def half_of_the_cards(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    """The list breaks off in the middle, and the page is closed as it should be."""
    text = right.body.decode()
    head, mark, rest = text.partition('"listOffer":[\n')
    offers, end, tail = rest.partition("\n],\n")
    kept = offers.split(",\n{")[:4]
    return Reply((head + mark + ",\n{".join(kept) + end + tail).encode())


def picture(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return Reply(right.body, headers={"Content-Type": "image/png"})


def empty_once(site: WrongSite, number: int, request: int, right: Reply) -> Reply:
    return empty_always(site, number, request, right) if request == 1 else right


KINDS = (
    slider, captcha, captcha_over_cards, block_text, block_403, login_page, login_redirect, login_401, home_redirect,
    home_page, gateway_502, cdn_200, maintenance_503, maintenance_200, not_found_404, empty_without_marker,
    empty_always, other_category, other_category_disguised, recommendations, first_page, first_page_disguised,
    json_error, half_of_the_cards, picture,
)  # fmt: skip
SHORT = (captcha_over_cards, empty_always, other_category_disguised, first_page_disguised)


def row(folder: Path, is_short: bool = False) -> FaultRow:
    """Every kind on one page, and but for echoes of the first page on all pages of the category."""
    kinds = SHORT if is_short else KINDS
    taken = changed = unexplained = 0
    with site_in(folder) as site:
        prepared = prepare(folder, site)
        right = read_week(folder / "right", prepared)
        published = right.figures.filter(status="published").height
        for kind in kinds:
            for pages in (ONE_PAGE,) if is_short or kind in (first_page, first_page_disguised) else (ONE_PAGE, None):
                site.set_wrong(kind, pages)
                week = read_week(folder / "wrong", prepared)
                figures = [week.taken_as_data(pages), figures_changed(week.figures, right.figures)]
                if any(figures):
                    print(f"      {kind.__name__} on {pages or 'all pages'}: {figures} {_outcomes(week)}", flush=True)
                taken, changed = taken + figures[0], changed + figures[1]
                unexplained += without_reason(week.figures)
        site.set_wrong(empty_once)
        again = read_week(folder / "again", prepared)
        healed = right.figures.equals(again.figures)
    return FaultRow(
        fault=f"{len(kinds)} kinds of block, login, error, empty and other pages in place of listings",
        counts={
            "taken as data": taken,
            "figures changed": changed,
            "figures suppressed without a reason": unexplained,
            "weeks lost to pages that were empty once": 0 if healed else 1,
            "figures published undisturbed": published,
        },
        least={"figures published undisturbed": 1},
    )


def _outcomes(week: Week) -> list[tuple[int, str | None]]:
    return week.pages.filter(category=CATEGORY, read=1).select("page", "outcome").rows()
