"""The ways of counting, one small module each; its code follows the order of the legal text."""

from collections.abc import Mapping

from breachbook.deadlines.counting import Regime
from breachbook.deadlines.regimes import (
    cn_civil_code,
    cn_civil_procedure,
    cn_criminal,
    cn_workday,
    flat,
    us_frap,
    us_frcp,
    us_itc,
    us_presidential_review,
)

REGIMES: Mapping[str, Regime] = {
    regime.id: regime
    for regime in (
        us_frcp.REGIME,
        us_frap.REGIME,
        us_itc.REGIME,
        us_presidential_review.REGIME,
        cn_civil_procedure.REGIME,
        cn_civil_code.REGIME,
        cn_criminal.REGIME,
        cn_workday.REGIME,
        flat.CALENDAR_DAYS,
        flat.ELAPSED_HOURS,
    )
}
