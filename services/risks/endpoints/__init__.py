"""HTTP of the risk register."""

from services.risks.endpoints import (
    accepting,
    appetites,
    assessing,
    back_testing,
    exposure,
    imports,
    link_auditing,
    matrices,
    migrating,
    register,
    register_files,
    reviewing,
    treatment,
)

_REGISTER = (register, back_testing, link_auditing, register_files, imports, assessing, reviewing, treatment, exposure)
_DECISIONS = (accepting, appetites, matrices, migrating)

routers = tuple(part.router for part in (*_REGISTER, *_DECISIONS))
