from chassis.storage.migrate import run_env
from gateway.access.models import Base
from gateway.reports import models as _reports  # noqa: F401  their tables are of the gateway's
from gateway.sessions import models as _sessions  # noqa: F401  its table is one of the gateway's

run_env(Base.metadata)
