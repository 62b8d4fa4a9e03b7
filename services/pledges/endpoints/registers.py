"""Assessments, benefits, consultations, appraisals and printed lists over HTTP; and putting many records at once."""

from fastapi import APIRouter

from chassis.web.problems import problems
from chassis.web.units import Write
from services.pledges.domain.registers import (
    Beneficiary,
    Benefit,
    Consultation,
    ImpactAssessment,
    OptionsAppraisal,
    PrintedList,
)
from services.pledges.endpoints.record_routes import RecordRoutes, add_record_routes, filter_by
from services.pledges.schemas import record_sets as coded
from services.pledges.schemas import registers as bodies
from services.pledges.schemas.record_sets import PutCountsOut, RecordsIn
from services.pledges.service import record_sets

router = APIRouter(tags=["governance"])

_SUBJECT = filter_by("subject", "Only assessments of what has this code", "2014-1")
_BENEFICIARY = filter_by("beneficiary", "Only benefits for these", "workforce", Beneficiary)

for each in (
    RecordRoutes(
        "/impact-assessments",
        "an impact assessment",
        "impact assessments",
        ImpactAssessment,
        bodies.ImpactAssessmentIn,
        coded.ImpactAssessmentPut,
        bodies.ImpactAssessmentOut,
        _SUBJECT,
        about="Of a report, a decision or an action that is here, or of a scheme of the finance service.",
    ),
    RecordRoutes(
        "/benefits",
        "a benefit",
        "benefits",
        Benefit,
        bodies.BenefitIn,
        coded.BenefitPut,
        bodies.BenefitOut,
        _BENEFICIARY,
    ),
    RecordRoutes(
        "/consultations",
        "a consultation",
        "consultations",
        Consultation,
        bodies.ConsultationIn,
        coded.ConsultationPut,
        bodies.ConsultationOut,
        filter_by("report", "Only consultations on the report with this code", "cabinet-2018-07-10"),
    ),
    RecordRoutes(
        "/options-appraisals",
        "an options appraisal",
        "options appraisals",
        OptionsAppraisal,
        bodies.OptionsAppraisalIn,
        coded.OptionsAppraisalPut,
        bodies.OptionsAppraisalOut,
        filter_by("report", "Only appraisals of the report with this code", "cabinet-2014-07-15"),
    ),
    RecordRoutes(
        "/printed-lists",
        "a printed list",
        "printed lists",
        PrintedList,
        bodies.PrintedListIn,
        coded.PrintedListPut,
        bodies.PrintedListOut,
        filter_by("report", "Only lists of the report with this code", "cabinet-2018-07-10"),
        about="What a paper lists and nobody is to do; that is an action, and what is measured an observation.",
    ),
):
    add_record_routes(router, each)


@router.post("/records", summary="Put many records at once", responses=problems(401, 413, 415, 422))
async def put_records(write: Write, body: RecordsIn) -> PutCountsOut:
    """Make or replace records of several kinds, each with its code: all of them, or none where any is wrong.

    A record may name another of the body. A code stands once for each kind.
    """
    return PutCountsOut.of(await write(lambda tx: record_sets.put_records(tx, body.to_domain())))
