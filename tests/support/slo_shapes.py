"""The shapes of traffic in which SLO series are measured, by what other rules get wrong."""

from tests.support.traffic import DAY, HOUR, SCRAPE, Course, Shape, daily, incident, steady

LENGTH = 3.25 * DAY
SECOND_DAY = 1.5 * DAY
OUTAGE = (SECOND_DAY, SECOND_DAY + 6 * HOUR)
RESTART = (SECOND_DAY, SECOND_DAY + 4 * 60)
STOPPED = (RESTART[0] + SCRAPE, RESTART[1])


def rate(value: float, begin: float, end: float) -> Course:
    """A steady rate, but nothing within these hours of each day."""
    return lambda now: 0.0 if begin <= now % DAY / HOUR < end else value


SHAPES = [
    Shape(name="steady", rate=steady(20), failing=steady(0.0005)),
    Shape(name="replica", rate=steady(20), failing=steady(0.0005), seed="steady", late=2, tick=5),
    Shape(name="original", rate=steady(20), failing=steady(0.0005), seed="steady", tick=5),
    Shape(name="trough", rate=daily(20), failing=incident(0.0005, 1, 2 * DAY, 2 * HOUR)),
    Shape(name="midday", rate=daily(20), failing=incident(0.0005, 1, 2 * DAY + 11 * HOUR, 2 * HOUR)),
    Shape(name="zero", rate=rate(20, 2, 4), failing=incident(0.0005, 0.3, 2 * DAY + HOUR, 2 * HOUR)),
    Shape(name="idle", rate=incident(20, 0, LENGTH - 7 * HOUR, 7 * HOUR), failing=steady(0.002)),
    Shape(name="gap", rate=steady(20), failing=incident(0.0005, 0.3, 2 * DAY, 2 * HOUR), gaps=(OUTAGE,)),
    Shape(
        name="bridge",
        rate=steady(20),
        failing=incident(0.0005, 0.3, SECOND_DAY - 600, HOUR),
        gaps=((SECOND_DAY, SECOND_DAY + 20 * 60),),
    ),
    Shape(name="restart", rate=steady(20), failing=incident(0.0005, 0.3, SECOND_DAY - 600, HOUR), gaps=(RESTART,)),
    Shape(name="resets", rate=steady(20), failing=steady(0.0005), restarts=HOUR),
    Shape(name="lazy", rate=steady(1), failing=steady(0.002), renames=DAY / 2, pods=4),
    Shape(name="first", rate=steady(20), failing=incident(0, 0.01, LENGTH - 40 * 60, HOUR / 2)),
    Shape(name="perfect", rate=steady(20), failing=steady(0)),
    Shape(name="relabelled", rate=steady(20), failing=steady(0.0005), relabelled=2 * DAY),
    Shape(name="upgraded", rate=steady(20), failing=steady(0.002), upgraded=2 * DAY),
    Shape(name="slow", rate=steady(20), failing=incident(0.0005, 0.2, 2 * DAY, HOUR), slow=True),
]
