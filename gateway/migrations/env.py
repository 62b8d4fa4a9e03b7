from chassis.storage.migrate import run_env
from gateway.access.models import Base
from gateway.sessions import models as _sessions  # noqa: F401  its table is one of the gateway's

run_env(Base.metadata)
