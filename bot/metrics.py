"""What ``/metrics`` shows. Labels are ids of ours, never of people or communities."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one running application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.accepted = Counter(
            "bifocal_messages_accepted", "Messages committed to the queue", ["platform"], registry=r
        )
        self.judged = Counter(
            "bifocal_messages_judged",
            "Messages judged, by whether their analysis was complete",
            ["platform", "complete"],
            registry=r,
        )
        self.failures = Counter(
            "bifocal_analysis_failures",
            "What could not be analysed; all of it went to review",
            ["detector", "kind"],
            registry=r,
        )
        self.matches = Counter(
            "bifocal_rule_matches", "Rules that matched", ["rule", "mode"], registry=r
        )
        self.outcomes = Counter(
            "bifocal_actions", "Actions, by what became of them", ["action", "status"], registry=r
        )
        self.cases = Counter("bifocal_cases_opened", "Cases put before a person", registry=r)
        self.seconds = Histogram(
            "bifocal_message_seconds",
            "From a worker taking a message until it is settled",
            buckets=SECONDS,
            registry=r,
        )
        self.waiting = Gauge("bifocal_queue_depth", "Messages waiting or in flight", registry=r)
        self.parked = Gauge("bifocal_queue_parked", "Messages set aside after failing", registry=r)
        self.paused = Gauge("bifocal_paused", "1 while acting is paused", registry=r)
