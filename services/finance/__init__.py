"""The finance service: pooled funds, budget lines, savings schemes and the ledger behind them."""
