from chassis.storage.migrate import run_env
from services.risks.models import Base

run_env(Base.metadata)
