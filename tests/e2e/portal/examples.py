"""What the reference data has nothing of, so that pages have all to show: marked as an example wherever it stands."""

from typing import Final

import httpx

CODE: Final = "example-seen-in-time"
PLYMOUTH: Final = "E06000026"
NOWHERE: Final = "http://127.0.0.1:9/hook"
_VALUES: Final = (
    *(81.2, 82.4, 80.9, 83.1, 82.0, 81.7, 83.4, 82.6, 81.1, 82.9, 83.3, 82.1),
    *(81.8, 82.7, 83.0, 82.2, 74.3, 82.8, 84.9, 85.3, 85.1, 86.0, 85.4, 85.8, 86.2),
)
"""Two years of months and one, up to January 2018; one of them is far below the others."""


def add_examples(url: str, key: str) -> None:
    """An indicator with breakdowns, gap, target, break and revision; what pages of risks, files and events need."""
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=60) as api:
        _add_indicator(api)
        for ref, low, high in (("OCC4", "50000", "400000"), ("OCC3", "100000", "900000")):
            likelihood = api.get(f"/risks/v1/risks/{ref}").json()["effective"]["likelihood"]
            band = {"likelihood": likelihood, "chance": "0.4", "low": low, "high": high}
            body = {"losses": [band], "reason": "An example"}
            api.put(f"/risks/v1/risks/{ref}/losses", json=body).raise_for_status()
        control = {"ref": "quality-terms", "title": "Example: quality terms in contracts", "risks": ["OCC5"]}
        api.post("/risks/v1/controls", json=control).raise_for_status()
        _subscribe(api)
        _check_a_file(api)


def _subscribe(api: httpx.Client) -> None:
    """To an address and a mailbox at which nobody listens, paused, the first after a test; and somebody to tell."""
    wanted = {"types": ["commissioning.indicator.*"], "area": PLYMOUTH, "heartbeat": True}
    made = api.post("/events/v1/subscriptions", json=wanted | {"name": "example-warehouse", "url": NOWHERE})
    at = f"/events/v1/subscriptions/{made.raise_for_status().json()['id']}"
    for step in ("pause", "test"):
        api.post(f"{at}/{step}").raise_for_status()
    mailbox = {"name": "example-mailbox", "url": "mesh://X26ABC2?workflow_id=EXAMPLE"}
    opening = {"id": "X26ABC1", "password": "example", "shared_key": "example"}
    made = api.post("/events/v1/subscriptions", json=mailbox | {"mailbox": opening})
    api.post(f"/events/v1/subscriptions/{made.raise_for_status().json()['id']}/pause").raise_for_status()
    told = {"name": "Example", "address": "example@council.example", "owners": ["Example: nobody"]}
    api.put("/events/v1/recipients/example", json=told).raise_for_status()


def _check_a_file(api: httpx.Client) -> None:
    """The first import: one row right, two wrong."""
    rows = ("indicator,area,period,value", f"{CODE},{PLYMOUTH},2018-02,86.4", f"{CODE},{PLYMOUTH},2018-02x,86.4")
    content = "\n".join([*rows, f"{CODE},{PLYMOUTH},2018-01,eighty"]).encode()
    query = {"mapping": "native", "filename": "example.csv", "dry_run": "true"}
    sent = api.post("/indicators/v1/imports", params=query, content=content, headers={"content-type": "text/csv"})
    sent.raise_for_status()


def _add_indicator(api: httpx.Client) -> None:
    about = {"unit": "percentage", "decimals": 1, "frequency": "month", "polarity": "high_is_good"}
    sexes = {"dimensions": {"sex": ["female", "male"]}}
    named = {"code": CODE, "name": "Example: people who are seen in time"}
    _post(api, "/indicators", about | sexes | named)
    gap = {"source": CODE, "dimension": "sex", "a": "female", "b": "male"}
    _post(api, "/indicators", about | {"code": f"{CODE}-gap", "name": "Example: gap of the sexes", "gap": gap})
    rows = [_row(at, value, {}) for at, value in enumerate(_VALUES)]
    rows += [_row(at, value + 1.5 + at / 20, {"sex": "female"}) for at, value in enumerate(_VALUES[-8:], start=17)]
    rows += [_row(at, value - 1.5, {"sex": "male"}) for at, value in enumerate(_VALUES[-8:], start=17)]
    _post(api, "/observations", {"observations": rows})
    late = _row(20, 85.6, {}) | {"reason": "Late returns"}
    _post(api, f"/indicators/{CODE}/observations", {name: each for name, each in late.items() if name != "indicator"})
    target = {"kind": "reach", "value": "90", "baseline": {"period": "2017-01", "value": "82"}, "due": "2018/19 Q2"}
    _post(api, f"/indicators/{CODE}/targets", target | {"area": PLYMOUTH, "illustrative": True})
    words = {"area": PLYMOUTH, "period": "2017-05", "text": "Moved to another building"}
    _post(api, f"/indicators/{CODE}/process-control/annotations", words)


def _row(at: int, value: float, breakdown: dict[str, str]) -> dict[str, object]:
    month = f"{2016 + at // 12}-{at % 12 + 1:02}"
    marks = ["[b]"] if at == 18 and not breakdown else []
    observed = {
        "period": month,
        "value": f"{value:.1f}",
        "status": "provisional" if at == len(_VALUES) - 1 else "final",
    }
    limits = {"lower": f"{value - 1.4:.1f}", "upper": f"{value + 1.4:.1f}"}
    return {"indicator": CODE, "area": PLYMOUTH, "breakdown": breakdown, "marks": marks, **observed, **limits}


def _post(api: httpx.Client, path: str, body: dict) -> None:
    api.post(f"/indicators/v1{path}", json=body).raise_for_status()
