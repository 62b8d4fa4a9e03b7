"""Joining documents: one valid document, whoever answers."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from gateway.documents.join import join

OWN: dict[str, Any] = {
    "info": {"title": "Suite", "version": "1.0.0", "description": "All of it."},
    "paths": {
        "/health/live": {
            "get": {"operationId": "live", "tags": ["health"], "responses": {"200": {"description": "ok"}}}
        }
    },
}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def document(service: str, schemas: dict[str, Any], **operation: Any) -> dict[str, Any]:
    answer = {"200": {"description": "ok", "content": {"application/json": {"schema": ref("Page")}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": service.title(), "version": "1.0.0", "description": f"About {service}."},
        "paths": {
            f"/{service}/v1/things": {"get": {"operationId": "list", "responses": answer, **operation}},
            "/health/live": {"get": {"operationId": "live", "responses": {"200": {"description": "ok"}}}},
        },
        "components": {
            "schemas": schemas,
            "responses": {"Unauthorized": {"description": "No key"}},
            "securitySchemes": {"internal": {"type": "apiKey", "in": "header", "name": "X-Internal-Key"}},
        },
    }


def joined(**documents: dict[str, Any] | None) -> dict[str, Any]:
    return join(OWN, documents, prefixes={name: f"/{name}/v1" for name in documents})


PAGE = {"type": "object", "properties": {"items": {"type": "array", "items": ref("Thing")}}}
RISK = {"type": "object", "properties": {"ref": {"type": "string"}}}
PLEDGE = {"type": "object", "properties": {"number": {"type": "integer"}}}


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from refs(value)
    elif isinstance(node, list):
        for item in node:
            yield from refs(item)


def resolve(whole: dict[str, Any], pointer: str) -> Any:
    found: Any = whole
    for part in pointer.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def test_what_means_the_same_is_shared() -> None:
    whole = joined(
        risks=document("risks", {"Page": PAGE, "Thing": RISK}),
        pledges=document("pledges", {"Page": PAGE, "Thing": RISK}),
    )
    assert set(whole["components"]["schemas"]) == {"Page", "Thing"}


def test_what_means_different_things_is_told_apart_with_everything_that_refers_to_it() -> None:
    whole = joined(
        risks=document("risks", {"Page": PAGE, "Thing": RISK}),
        pledges=document("pledges", {"Page": PAGE, "Thing": PLEDGE}),
    )
    schemas = whole["components"]["schemas"]
    assert set(schemas) == {"RisksPage", "RisksThing", "PledgesPage", "PledgesThing"}
    assert schemas["RisksThing"] == RISK | {"title": "RisksThing"}
    assert schemas["PledgesPage"]["properties"]["items"]["items"] == ref("PledgesThing")
    answer = whole["paths"]["/pledges/v1/things"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == ref("PledgesPage")


def test_a_prefixed_name_that_is_taken_finds_another() -> None:
    both = {"type": "object", "properties": {"items": ref("Thing"), "others": ref("RisksThing")}}
    schemas = {"Page": both, "Thing": RISK, "RisksThing": PLEDGE}
    whole = joined(risks=document("risks", schemas), pledges=document("pledges", {"Page": PAGE, "Thing": PLEDGE}))
    assert whole["components"]["schemas"]["RisksThing"]["properties"] == PLEDGE["properties"]
    assert whole["components"]["schemas"]["RisksThing_"]["properties"] == RISK["properties"]


def test_components_have_titles_of_their_own_and_are_used() -> None:
    whole = joined(
        risks=document("risks", {"Page": PAGE, "Thing": RISK, "Stray": PLEDGE}),
        pledges=document("pledges", {"Page": PAGE, "Thing": PLEDGE}),
    )
    assert {schema["title"] for schema in whole["components"]["schemas"].values()} == set(
        whole["components"]["schemas"]
    )
    assert "Stray" not in whole["components"]["schemas"]


def test_discriminators_follow() -> None:
    pick = {
        "oneOf": [ref("Thing")],
        "discriminator": {"propertyName": "kind", "mapping": {"t": "#/components/schemas/Thing"}},
    }
    whole = joined(
        risks=document("risks", {"Page": pick, "Thing": RISK}),
        pledges=document("pledges", {"Page": PAGE, "Thing": PLEDGE}),
    )
    assert whole["components"]["schemas"]["RisksPage"]["discriminator"]["mapping"] == {
        "t": "#/components/schemas/RisksThing"
    }


@pytest.mark.parametrize("second", [RISK, PLEDGE])
def test_every_reference_resolves_and_every_operation_is_unique(second: dict[str, Any]) -> None:
    whole = joined(
        risks=document("risks", {"Page": PAGE, "Thing": RISK}),
        pledges=document("pledges", {"Page": PAGE, "Thing": second}),
    )
    found = list(refs(whole))
    assert found
    for pointer in found:
        assert resolve(whole, pointer)
    ids = [op["operationId"] for item in whole["paths"].values() for op in item.values()]
    assert sorted(ids) == ["live", "pledges_list", "risks_list"]


def test_an_operation_id_does_not_depend_on_who_else_answers() -> None:
    alone = joined(risks=document("risks", {"Page": PAGE, "Thing": RISK}), pledges=None)
    assert alone["paths"]["/risks/v1/things"]["get"]["operationId"] == "risks_list"


def test_only_paths_that_can_be_called_through_here_are_taken() -> None:
    stray = document("risks", {"Page": PAGE, "Thing": RISK})
    stray["paths"]["/risks/v10/other"] = stray["paths"]["/risks/v1/things"]
    assert set(joined(risks=stray)["paths"]) == {"/health/live", "/risks/v1/things"}


def test_every_operation_but_health_asks_for_the_key() -> None:
    whole = joined(risks=document("risks", {"Page": PAGE, "Thing": RISK}, security=[{"internal": []}]))
    assert whole["paths"]["/health/live"]["get"]["security"] == []
    operation = whole["paths"]["/risks/v1/things"]["get"]
    assert operation["security"] == [{"bearer": []}]
    assert resolve(whole, operation["responses"]["401"]["$ref"])["description"]
    assert list(whole["components"]["securitySchemes"]) == ["bearer"]


def test_headers_that_the_gateway_sets_are_not_offered() -> None:
    parameters = [{"in": "header", "name": "X-Actor", "schema": {}}, {"in": "query", "name": "x-actor", "schema": {}}]
    whole = joined(risks=document("risks", {"Page": PAGE, "Thing": RISK}, parameters=parameters))
    assert [p["in"] for p in whole["paths"]["/risks/v1/things"]["get"]["parameters"]] == ["query"]


def test_a_service_that_is_down_is_left_out_and_named() -> None:
    whole = joined(risks=document("risks", {"Page": PAGE, "Thing": RISK}), finance=None)
    assert "left out: finance" in whole["info"]["description"]
    assert [tag["name"] for tag in whole["tags"]] == ["risks"]
    assert "left out" not in joined(risks=document("risks", {"Page": PAGE, "Thing": RISK}))["info"]["description"]


def test_what_went_in_is_not_changed() -> None:
    risks, pledges = (
        document("risks", {"Page": PAGE, "Thing": RISK}),
        document("pledges", {"Page": PAGE, "Thing": PLEDGE}),
    )
    before = deepcopy((OWN, risks, pledges))
    joined(risks=risks, pledges=pledges)
    assert before == (OWN, risks, pledges)
