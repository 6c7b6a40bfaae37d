"""Words from rules on figures, never from hope. A rule sees only figures; `Say` turns its finding into a language."""

from reports.facts import BeltChange, Facts
from reports.numbers import change_with_interval, date_text, share_text, signed, yuan_text
from reports.phrases import Say
from transforms.false_discovery import RATE

VERDICTS = ("down", "up", "unclear")
MOST = 0.5  # a part is "mostly" the cause from half of the total on
NAMED = 3  # belts named before "and n more": five minutes are for reading, not for scrolling
DATA_TROUBLE = ("quarantined", "low_coverage", "no_data")


def headline(say: Say, facts: Facts) -> str:
    """The week in one sentence: how many belts are down, up, unclear, withheld; and the extreme one's interval."""
    if not facts.changes:
        return headline_without_figures(say, facts)
    clauses = [_lead(say, facts), *_others(say, facts)]
    return say("and").join(clauses) + _extreme(say, facts) + say("full_stop")


def headline_without_figures(say: Say, facts: Facts) -> str:
    """The headline where nothing is published: no rows at all, or every belt withheld (with the reason they share)."""
    if not facts.withheld:
        return say("headline_nothing") + say("full_stop")
    reasons = {belt.reason for belt in facts.withheld}
    shared = say("brackets", text=reason_text(say, reasons.pop())) if len(reasons) == 1 else ""
    return say("headline_all_suppressed", count=len(facts.withheld)) + shared + say("full_stop")


def moved_text(say: Say, facts: Facts) -> str:
    """By which rule belts count as down or up, and how many more are so by their own interval alone; empty where
    nothing is published."""
    if not facts.changes:
        return ""
    alone = sum(belt.verdict != belt.fdr_verdict for belt in facts.changes)
    rule = say("moved_rule", rate=f"{RATE * 100:g}")
    return rule + (say("moved_alone", count=alone) if alone else "")


def headline_hint(say: Say, facts: Facts) -> str:
    """What a reader of an empty page wants to know next: from which week there will be figures; else nothing."""
    if not facts.changes and not facts.withheld:
        return say("headline_nothing_hint", week=date_text(say, facts.week))
    coming = [belt.first_week for belt in facts.withheld if belt.reason == "no_base" and belt.first_week]
    if facts.changes or not coming:
        return ""
    first, last = date_text(say, min(coming)), date_text(say, max(coming))
    hint = say("headline_first_week", week=first)
    return hint if first == last else hint + say("headline_first_weeks", week=last)


def attention(say: Say, facts: Facts) -> list[tuple[str, str]]:
    """What to look at, as (tone, sentence): deepest falls and their cause, the best, turns, trouble in the data."""
    found = [*_falls(say, facts), *_best(say, facts), *_turns(say, facts), *_trouble(say, facts)]
    return found if found or not facts.changes else [("", say("attention_nothing"))]


def cause_text(say: Say, belt: BeltChange) -> str:
    """The largest part of the total change that has its sign, and whether it is most of it; empty without a split."""
    total = belt.total_change
    same_sign = {part: effect for part, effect in belt.parts.items() if total and effect * total > 0}
    if not total or not same_sign:
        return ""
    part = max(same_sign, key=lambda name: abs(same_sign[name]))
    effect = same_sign[part]
    kind = "cause_mostly" if abs(effect) >= MOST * abs(total) else "cause_largest"
    cause = say(f"cause_{part}_{'up' if effect > 0 else 'down'}")
    return say(kind, cause=cause, part=signed(effect), total=signed(total))


def reason_text(say: Say, reason: str) -> str:
    """Why something was withheld; a reason this page does not know yet is named by its code."""
    text = say.or_code("reason", reason)
    return say("reason_other", code=reason) if text == reason else text


def reasons(say: Say, facts: Facts) -> list[tuple[str, str]]:
    """How many belts are withheld for each reason, most frequent first."""
    found = [belt.reason for belt in facts.withheld]
    counts = sorted({(-found.count(reason), reason) for reason in found})
    return [("", say("reason_counted", reason=reason_text(say, reason), count=-count)) for count, reason in counts]


def evidence_text(say: Say, belt: BeltChange) -> str:
    """What there is where the change is withheld: counts and shares that bear on the reason, never the change."""
    found = []
    if belt.reason == "no_base" and belt.displayed_sales is not None:
        found.append(say("evidence_level", yuan=yuan_text(say, belt.displayed_sales)))
    if belt.reason == "no_base" and belt.first_week:
        found.append(say("evidence_first_week", week=date_text(say, belt.first_week)))
    if belt.reason == "few_merchants" and belt.matched_merchants is not None:
        found.append(say("evidence_merchants", count=belt.matched_merchants))
    if belt.reason == "low_match" and belt.matched_share is not None:
        found.append(say("evidence_matched", share=share_text(say, belt.matched_share)))
    if belt.reason == "low_coverage" and belt.coverage_share is not None:
        found.append(say("evidence_coverage", share=share_text(say, belt.coverage_share)))
    return say("and").join(found)


def named_change(say: Say, belt: BeltChange) -> str:
    """A published change with its interval."""
    return change_with_interval(say, *belt.published)


def _lead(say: Say, facts: Facts) -> str:
    """The clause of the more frequent of down and up (down where they are equal), counted over all belts."""
    down, up = (len(facts.moved(verdict)) for verdict in ("down", "up"))
    total = len(facts.changes) + len(facts.withheld)
    if not down and not up:
        return say("headline_none_sure", count=len(facts.moved("unclear")), total=total)
    count = max(down, up)
    form = "headline_all" if count == total else "headline_lead"
    return say(form, count=count, total=total, verdict=say(_leader(facts)))


def _leader(facts: Facts) -> str:
    return "down" if len(facts.moved("down")) >= len(facts.moved("up")) else "up"


def _others(say: Say, facts: Facts) -> list[str]:
    """The clauses of every other verdict that occurs, so that the counts add up to all belts."""
    said = ("unclear",) if not facts.moved("down") and not facts.moved("up") else (_leader(facts),)
    counts = {verdict: len(facts.moved(verdict)) for verdict in VERDICTS if verdict not in said}
    counts["suppressed"] = len(facts.withheld)
    return [say("headline_also", count=count, verdict=say(verdict)) for verdict, count in counts.items() if count]


def _extreme(say: Say, facts: Facts) -> str:
    """The deepest belt that is down; where none is, the strongest that is up; nothing where none is sure."""
    for verdict, key, position in (("down", "headline_deepest", 0), ("up", "headline_strongest", -1)):
        belts = facts.moved(verdict)
        if belts:
            return say(key, belt=belts[position].name(say.language), change=named_change(say, belts[position]))
    return ""


def _falls(say: Say, facts: Facts) -> list[tuple[str, str]]:
    down = facts.moved("down")
    found = [("down", _fall(say, belt)) for belt in down[:NAMED]]
    if len(down) > NAMED:
        found.append(("down", say("attention_more_down", count=len(down) - NAMED)))
    return found


def _fall(say: Say, belt: BeltChange) -> str:
    text = say("attention_down", belt=belt.name(say.language), change=named_change(say, belt))
    return text + say("full_stop") + cause_text(say, belt)


def _best(say: Say, facts: Facts) -> list[tuple[str, str]]:
    rising = facts.moved("up")
    if not rising:
        return []
    best = rising[-1]
    text = say("attention_up", belt=best.name(say.language), change=named_change(say, best))
    return [("up", text + say("full_stop"))]


def _turns(say: Say, facts: Facts) -> list[tuple[str, str]]:
    """Belts that count otherwise than the week before; being published or withheld is no turn."""
    turned = [belt for belt in facts.changes if belt.moved_before in VERDICTS and belt.moved_before != belt.fdr_verdict]
    found = [(belt.fdr_verdict, _turn(say, belt)) for belt in turned[:NAMED]]
    if len(turned) > NAMED:
        found.append(("", say("attention_more_turned", count=len(turned) - NAMED)))
    return found


def _turn(say: Say, belt: BeltChange) -> str:
    before, now = say(str(belt.moved_before)), say(belt.fdr_verdict)
    return say("attention_turned", belt=belt.name(say.language), before=before, now=now)


def _trouble(say: Say, facts: Facts) -> list[tuple[str, str]]:
    """Belts withheld because of the data, and quality rules that failed."""
    hit = [belt.name(say.language) for belt in facts.withheld if belt.reason in DATA_TROUBLE]
    more = say("more", count=len(hit) - NAMED) if len(hit) > NAMED else ""
    belts = say("list").join(hit[:NAMED]) + more
    found = [("trouble", say("attention_trouble", belts=belts))] if hit else []
    failed = len(facts.failed_checks)
    if failed:
        found.append(("trouble", say("attention_gates", count=failed)))
    return found


def tally(say: Say, facts: Facts) -> list[tuple[str, str, int]]:
    """(tone, word, belts) for every verdict and for what was withheld; the counts add up to all belts."""
    counts = [(verdict, len(facts.moved(verdict))) for verdict in ("down", "unclear", "up")]
    counts.append(("suppressed", len(facts.withheld)))
    return [(tone, say(tone), count) for tone, count in counts]
