"""Pledges, their returns, priorities and actions over HTTP: parse, call one use case, render."""

from services.pledges.endpoints import (
    actions,
    board_decisions,
    delegations,
    dependencies,
    exports,
    files,
    governance,
    pledges,
    priorities,
    providers,
    registers,
    returns,
    sets,
    sign_offs,
)

routers = tuple(
    part.router
    for part in (
        sets,
        exports,
        pledges,
        sign_offs,
        returns,
        delegations,
        priorities,
        actions,
        dependencies,
        governance,
        board_decisions,
        registers,
        providers,
        files,
    )
)
