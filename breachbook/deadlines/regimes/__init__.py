"""The ways of counting, one small module a law; its code follows the order of the legal text."""

from collections.abc import Mapping

from breachbook.deadlines.counting import Regime
from breachbook.deadlines.regimes import (
    americas,
    ch,
    cn_civil_code,
    cn_civil_procedure,
    cn_days,
    common_law,
    de,
    eu,
    flat,
    fr,
    gb,
    hk,
    it,
    jp,
    kr,
    nl,
    tw,
    us_business_day,
    us_ca_ccp,
    us_frap,
    us_frcp,
    us_itc,
    us_itc_calendar,
    us_itc_target,
    us_presidential_review,
    vn,
)

REGIMES: Mapping[str, Regime] = {
    regime.id: regime
    for regime in (
        us_frcp.REGIME,
        us_frap.REGIME,
        us_itc.REGIME,
        us_itc_calendar.REGIME,
        us_itc_target.REGIME,
        us_presidential_review.REGIME,
        *us_business_day.REGIMES,
        us_ca_ccp.REGIME,
        *flat.REGIMES,
        cn_civil_procedure.REGIME,
        cn_civil_code.REGIME,
        *cn_days.REGIMES,
        *tw.REGIMES,
        *hk.REGIMES,
        *eu.REGIMES,
        *de.REGIMES,
        fr.REGIME,
        nl.REGIME,
        it.REGIME,
        *gb.REGIMES,
        *jp.REGIMES,
        kr.REGIME,
        *common_law.REGIMES,
        *americas.REGIMES,
        vn.REGIME,
        ch.REGIME,
    )
}
