"""HTTP of the risk register."""

from fastapi import APIRouter

from chassis.web.problems import problems
from services.risks.endpoints import (
    accepting,
    appetites,
    assessing,
    exposure,
    imports,
    matrices,
    register,
    register_files,
    treatment,
)

router = APIRouter(prefix="/risks/v1", tags=["risks"], responses=problems(401, 503))
for collection in (register, register_files, imports, assessing, accepting, appetites, matrices, treatment, exposure):
    router.include_router(collection.router)
