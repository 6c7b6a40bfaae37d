"""A marketplace whose crawl ends before its pages do stops no other, and what was read is published."""

import pytest
import yaml

import warehouse
from configs.errors import InputError
from flows.line import Line
from flows.progress import Reporter
from flows.status import status_of
from flows.workplace import workplace
from spiders.crawl import CrawlError
from tests.flows.conftest import NOW, World

SENTENCE = "the crawl of a-thrifty-one {} stopped: the 1 pages a day of a-thrifty-one are used"


@pytest.fixture
def thrifty(world: World) -> World:
    """A world with a second marketplace, crawled first, that may be asked for one page a day."""
    folder = world.home / "configs" / "marketplaces"
    content = yaml.safe_load((folder / "practice.yaml").read_text(encoding="utf-8"))
    content["name"] = "a-thrifty-one"
    content["rate"] = content.get("rate", {}) | {"pages_per_day": 1}
    (folder / "a-thrifty-one.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return world


@pytest.mark.usefixtures("prefect_home")
def test_a_run_publishes_what_the_other_marketplaces_gave_and_then_fails(
    thrifty: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["a-thrifty-one", "practice"]
    done = thrifty.beltwatch("run", *(f"--marketplace={name}" for name in names), code=1)
    seconds, last = done.stderr.splitlines()[-2:]
    assert seconds.startswith("seconds ")
    assert all(step in seconds for step in ("plan", "crawl", "parse", "release", "report", "total"))
    assert SENTENCE.format(thrifty.week) in last
    monkeypatch.setenv("BELTWATCH_NOW", NOW.isoformat())
    work = workplace(thrifty.home)
    assert work.ledger.balance(names[0]).done == {"listing": 1}
    assert work.ledger.balance(names[1]).open == 0
    with warehouse.open(thrifty.home) as reader:
        published = reader.sql("select distinct marketplace from listing_weeks order by marketplace")
    assert published["marketplace"].to_list() == names
    assert list((thrifty.home / "reports").glob("*/index.html"))
    with pytest.raises(CrawlError, match=SENTENCE.format(thrifty.week)):
        Line(work, names, Reporter()).crawl(thrifty.week)


@pytest.mark.usefixtures("prefect_home")
def test_what_stops_a_run_after_its_crawl_is_told_beside_what_the_crawl_left_open() -> None:
    from flows.weekly import raised_last

    crawl = CrawlError("2 pages stay open")
    with pytest.raises(CrawlError, match=r"^2 pages stay open; besides, no figures$"), raised_last(crawl):
        raise InputError("no figures")
    with pytest.raises(CrawlError, match=r"^2 pages stay open$"), raised_last(crawl):
        pass
    with pytest.raises(InputError, match=r"^no figures$"), raised_last(None):
        raise InputError("no figures")


@pytest.mark.parametrize("fault", ["forbidden", "unwritable"])
def test_a_marketplace_that_cannot_be_crawled_stops_no_other_and_status_says_why(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    folder = world.home / "configs" / "marketplaces"
    content = yaml.safe_load((folder / "practice.yaml").read_text(encoding="utf-8")) | {"name": "a-broken-one"}
    if fault == "forbidden":
        content["allow_loopback"] = False
    else:
        (world.home / "pages").mkdir(exist_ok=True)
        (world.home / "pages" / "a-broken-one").write_text("in the way of its archive")
    (folder / "a-broken-one.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("BELTWATCH_NOW", NOW.isoformat())
    work = workplace(world.home)
    line = Line(work, ["a-broken-one", "practice"], Reporter())
    line.plan(world.week)
    with pytest.raises(CrawlError, match="a-broken-one"):
        line.crawl(world.week)
    assert work.ledger.balance("practice").open == 0
    assert work.ledger.balance("a-broken-one").open > 0
    (failed,) = status_of(work)["failed_crawls"]
    assert (failed["marketplace"], failed["week"]) == ("a-broken-one", str(world.week))
    assert "a-broken-one" in failed["reason"]
    assert "unexpected" not in failed["reason"]
    if fault == "forbidden":
        content["allow_loopback"] = True
        (folder / "a-broken-one.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    else:
        (world.home / "pages" / "a-broken-one").unlink()
    mended = workplace(world.home)
    Line(mended, ["a-broken-one", "practice"], Reporter()).crawl(world.week)
    assert not status_of(mended)["failed_crawls"]
