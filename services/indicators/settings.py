"""What an operator may set of indicators, as ``INDICATORS_*`` in the environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class IndicatorsSettings(BaseSettings):
    """What is worked out beside the council's colours."""

    model_config = SettingsConfigDict(env_prefix="INDICATORS_", extra="ignore")

    process_control_signals: bool = True
    """Whether events of series carry what process control says of them, where somebody asks for that."""
