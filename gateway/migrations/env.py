from chassis.storage.migrate import run_env
from gateway.access.models import Base

run_env(Base.metadata)
