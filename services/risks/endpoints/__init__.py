"""HTTP of the risk register."""

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

routers = tuple(
    part.router
    for part in (register, register_files, imports, assessing, accepting, appetites, matrices, treatment, exposure)
)
