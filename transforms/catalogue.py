"""Every metric that table figures may hold."""

from transforms.assistant_metrics import assistant_metrics
from transforms.membership_figures import membership_metrics
from transforms.metric import Metric
from transforms.metrics import comparison_metrics, index_metrics, metrics, region_metrics
from transforms.recapture import recapture_metrics


def catalogue() -> list[Metric]:
    """All metrics, in the order of publication."""
    return [*level_metrics(), *comparison_metrics(), *region_metrics()]


def level_metrics() -> list[Metric]:
    """The metrics that have a level in a belt and week, in the order of publication."""
    return [*metrics(), *index_metrics(), *assistant_metrics(), *recapture_metrics(), *membership_metrics()]
