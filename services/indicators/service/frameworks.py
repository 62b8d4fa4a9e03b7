"""Frameworks."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from chassis.errors import FieldError, ReasonNeeded
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import BenchmarkMethod, Framework, Indicator
from services.indicators.errors import FrameworkDiffers, FrameworkEnded, FrameworkUnknown, ReferenceInvalid
from services.indicators.repository import frameworks
from services.indicators.service.auditing import record_framework


async def list_frameworks(tx: Tx, request: PageRequest) -> Page[Framework]:
    return page_of(await frameworks.list_frameworks(tx, request), request, lambda framework: framework.code)


async def with_benchmark_method(tx: Tx, indicator: Indicator) -> Indicator:
    """The definition with the method it benchmarks by: its own, else its first framework's.

    Raises:
        ReferenceInvalid: names every framework that is not known.
    """
    found = await frameworks.get_frameworks(tx, indicator.frameworks)
    unknown = [code for code in indicator.frameworks if code not in found]
    if unknown:
        errors = [FieldError(_field(indicator, code), f"{code} is not known") for code in unknown]
        raise ReferenceInvalid("A framework is not known; add it first.", errors)
    method = BenchmarkMethod.FIFTEEN_PERCENT
    if indicator.framework is not None:
        method = found[indicator.framework].benchmark_method
    return replace(indicator, benchmark_method=indicator.own_method or method)


async def refuse_ended(tx: Tx, indicator: Indicator, codes: Collection[str]) -> None:
    """Refuse to put an indicator into frameworks, ``codes``, that have ended by the business date.

    Raises:
        FrameworkEnded: names each of them.
    """
    found, today = await frameworks.get_frameworks(tx, codes), await tx.business_date()
    ended = [code for code in codes if found[code].has_ended(today)]
    if ended:
        errors = [FieldError(_field(indicator, code), f"{code} has ended") for code in ended]
        raise FrameworkEnded("A framework has ended and takes no more indicators.", errors)


def _field(indicator: Indicator, code: str) -> str:
    return "framework" if code == indicator.framework else "frameworks"


async def add_framework(tx: Tx, framework: Framework) -> bool:
    """Add a framework; whether it is new. Its method never changes: colours were made by it.

    Raises:
        FrameworkDiffers: the code has other content.
    """
    new = await frameworks.add_framework(tx, framework)
    if new:
        record_framework(tx, None, framework)
    elif (await frameworks.get_frameworks(tx, [framework.code]))[framework.code] != framework:
        raise FrameworkDiffers(framework.code)
    return new


async def get_framework(tx: Tx, code: str) -> Framework:
    """A framework.

    Raises:
        FrameworkUnknown: there is none.
    """
    found = (await frameworks.get_frameworks(tx, [code])).get(code)
    if found is None:
        raise FrameworkUnknown(code)
    return found


async def change_framework(tx: Tx, code: str, changes: Mapping[str, Any], reason: str | None) -> Framework:
    """Rename a framework, end it or take it up again. The same content again changes nothing.

    Raises:
        FrameworkUnknown: there is none.
        ReasonNeeded: something changes, and it is not said why.
    """
    before = await frameworks.lock_framework(tx, code)
    if before is None:
        raise FrameworkUnknown(code)
    after = replace(before, **changes)
    if after != before and not reason:
        raise ReasonNeeded
    if after != before:
        await frameworks.save_framework(tx, after)
    record_framework(tx, before, after, reason)
    return after
