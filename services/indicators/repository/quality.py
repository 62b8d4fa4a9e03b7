"""Rules that somebody declared of indicators' figures."""

from collections.abc import Collection

from sqlalchemy import select

from chassis.storage.bulk import table_of, upsert
from chassis.storage.transaction import Tx
from services.indicators.domain.formats import quality_rules_from_json, quality_rules_to_json
from services.indicators.domain.quality import QualityRules
from services.indicators.models import QualityRulesRow

_OF = table_of(QualityRulesRow).c


async def get_rules(tx: Tx, indicators: Collection[str]) -> dict[str, QualityRules]:
    """By indicator; where nothing is declared it is absent."""
    rows = await tx.session.execute(select(*_OF).where(_OF.indicator.in_(indicators)))
    return {row.indicator: quality_rules_from_json(row.indicator, row.content) for row in rows}


async def save_rules(tx: Tx, rules: QualityRules) -> None:
    row = {"indicator": rules.indicator, "content": quality_rules_to_json(rules)}
    await upsert(tx, QualityRulesRow, [row], ["indicator"], ["content"])
