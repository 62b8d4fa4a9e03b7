from chassis.storage.migrate import run_env
from services.indicators.models import Base

run_env(Base.metadata)
