"""Values in the paths of risks."""

from typing import Annotated

from fastapi import Path

RefPath = Annotated[str, Path(max_length=40, description="Reference of the risk", examples=["OCC4"])]
ProposalPath = Annotated[int, Path(ge=1, le=2**53)]
