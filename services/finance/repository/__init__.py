"""Every query of finance. Locks are taken in one order: indicator areas, funds, schemes."""
