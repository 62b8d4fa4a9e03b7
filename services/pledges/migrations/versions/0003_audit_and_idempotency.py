"""Audit entries, and answers kept under idempotency keys."""

from chassis.storage.revisions import audit_and_idempotency, without_audit_and_idempotency

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    audit_and_idempotency()


def downgrade() -> None:
    without_audit_and_idempotency()
