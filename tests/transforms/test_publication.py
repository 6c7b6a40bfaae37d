from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from configs.publication import PublicationRules, shipped_rules
from transforms.publication import BaseFacts, base_facts, decide, decide_level

RULES = shipped_rules()
SOUND = BaseFacts(merchants=30, effective=4.0, top1_share=0.5, top2_share=0.85, matched_share=0.5, ceiling_share=0.2)


def test_every_rule_lets_its_own_threshold_pass() -> None:
    decision = decide(SOUND, 0.8, RULES)
    assert (decision.status, decision.reason, decision.grade) == ("published", "none", "A")


@pytest.mark.parametrize(
    ("change", "coverage", "reason"),
    [
        ({"merchants": 9}, 1.0, "few_merchants"),
        ({"effective": 3.99}, 1.0, "few_effective"),
        ({"top1_share": 0.51}, 1.0, "dominance"),
        ({"top2_share": 0.86}, 1.0, "dominance"),
        ({"matched_share": 0.49}, 1.0, "low_match"),
        ({"ceiling_share": 0.21}, 1.0, "at_ceiling"),
        ({}, 0.79, "low_coverage"),
        ({"merchants": 3, "matched_share": 0.1}, 0.2, "low_coverage"),
    ],
)
def test_each_rule_suppresses_with_its_reason(change: dict[str, float], coverage: float, reason: str) -> None:
    decision = decide(replace(SOUND, **change), coverage, RULES)
    assert (decision.status, decision.reason, decision.grade) == ("suppressed", reason, None)


def test_no_base_is_a_reason_of_its_own() -> None:
    assert decide(None, 1.0, RULES).reason == "no_base"


def test_unknown_coverage_is_grade_b_and_no_reason() -> None:
    assert decide(SOUND, None, RULES).grade == "B"
    assert decide_level(None, RULES).is_published


def test_fewer_than_thirty_merchants_are_grade_b() -> None:
    assert decide(replace(SOUND, merchants=29), 1.0, RULES).grade == "B"
    assert decide(replace(SOUND, merchants=10), 1.0, RULES).grade == "B"


def test_a_level_needs_pages_only() -> None:
    assert decide_level(0.8, RULES).is_published
    assert decide_level(0.5, RULES).reason == "low_coverage"
    assert decide_level(1.0, RULES).grade is None


def test_facts_are_read_off_the_base() -> None:
    facts = base_facts(3, np.array([50.0, 30.0, 20.0]), 0.9)
    assert facts == BaseFacts(3, pytest.approx(1 / 0.38), 0.5, 0.8, 0.9)


def test_stricter_rules_never_publish_more() -> None:
    shares = [replace(SOUND, matched_share=share / 10) for share in range(11)]
    loose, strict = (RULES.model_copy(update={"matched_share_minimum": minimum}) for minimum in (0.3, 0.7))
    published = [{facts for facts in shares if decide(facts, 1.0, rules).is_published} for rules in (strict, loose)]
    assert published[0] < published[1]


def test_rules_refuse_what_they_do_not_know() -> None:
    values = RULES.model_dump()
    with pytest.raises(ValidationError, match="widest_interval"):
        PublicationRules.model_validate(values | {"widest_interval": 0.1})
    with pytest.raises(ValidationError, match="merchants_grade_a is 5, below merchants_minimum 10"):
        PublicationRules.model_validate(values | {"merchants_grade_a": 5})
    with pytest.raises(ValidationError, match="coverage_minimum"):
        PublicationRules.model_validate(values | {"coverage_minimum": 80})
