"""The interface is what its description says: every operation, every answer, every example."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

import pictures
from limn.app import create_app
from limn.settings import load
from serving import Server
from uploads import upload_now, wait_until_analysed

# what a schema cannot say, so that a value fit for the schema may still be refused
BEYOND_A_SCHEMA = {
    "listArtworks": "a cursor is opaque: only one that was given is taken",
    "searchArtworks": "the same, and a query holds no NUL",
    "createArtwork": "the file must be a picture, the category one of the operator's",
    "editArtwork": "the category again, and If-Match is opaque",
}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("described") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def document(described: Server) -> dict[str, Any]:
    found: dict[str, Any] = httpx2.get(f"{described.url}/api/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def artwork_id(described: Server) -> str:
    """A work that is there and analysed."""
    with described.client() as client:
        made: str = upload_now(client, pictures.jpeg(400, 300, seed=1), description="a fox").json()["id"]
        wait_until_analysed(client, made)
    return made


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_has_an_id_of_its_own_a_group_and_words(document: dict[str, Any]) -> None:
    found = dict(operations(document))
    ids = [operation["operationId"] for operation in found.values()]
    assert len(set(ids)) == len(ids) >= 18
    assert [one for one in ids if not re.fullmatch(r"[a-z]+(?:[A-Z][a-z]+)*", one)] == []
    assert [name for name, operation in found.items() if not operation.get("tags")] == []
    assert [name for name, operation in found.items() if not operation.get("description")] == []


def test_every_shape_has_a_name_of_one_word(document: dict[str, Any]) -> None:
    """Where two share one, FastAPI writes their modules' names into it."""
    assert [name for name in document["components"]["schemas"] if not re.fullmatch(r"(?:[A-Z][a-z]+)+", name)] == []


def test_every_error_is_told_as_a_problem(document: dict[str, Any]) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for name, operation in operations(document):
        errors = {status: told for status, told in operation["responses"].items() if status[0] in "45"}
        assert {"400", "403"} <= errors.keys(), name
        if name == "GET /readyz":
            assert list(errors.pop("503")["content"]) == ["application/json"], "it names the part that is away"
        assert [status for status, told in errors.items() if told["content"] != problem] == [], name
    assert document["openapi"].startswith("3.1")


def test_every_example_is_one(document: dict[str, Any]) -> None:
    found = list(examples(document))
    assert len(found) >= 8
    for where, schema, example in found:
        whole = {**schema, "components": document["components"]}
        assert jsonschema_rs.validator_for(whole).is_valid(example), (where, example)


def examples(told: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Each example with the schema it stands in or beside."""
    if isinstance(told, list):
        for index, inner in enumerate(told):
            yield from examples(inner, f"{where}/{index}")
    elif isinstance(told, dict):
        schema = told.get("schema", told)
        given = told.get("examples", [])
        for example in [told[key] for key in ("example",) if key in told] + (given if isinstance(given, list) else []):
            yield where, schema, example
        for key, inner in told.items():
            if key not in {"example", "examples"}:
                yield from examples(inner, f"{where}/{key}")


described_api = schemathesis.openapi.from_dict(create_app(load({}, env_file=None)).openapi())
# a stream has no end to wait for; test_events.py follows it over a real connection
finite = described_api.exclude(operation_id="followArtworks")


bounded = settings(
    max_examples=40,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@finite.parametrize()
@seed(20261121)
@bounded
def test_whatever_is_sent_is_answered_as_described(case: schemathesis.Case[Any], described: Server) -> None:
    check(case, described)


@finite.include(path_regex="artwork_id").exclude(operation_id="deleteArtwork").parametrize()
@seed(20261122)
@bounded
def test_whatever_is_sent_to_a_work_is_answered_as_described(
    case: schemathesis.Case[Any], described: Server, artwork_id: str
) -> None:
    case.path_parameters["artwork_id"] = artwork_id
    check(case, described)


def check(case: schemathesis.Case[Any], server: Server) -> None:
    beyond = case.operation.definition.raw["operationId"] in BEYOND_A_SCHEMA
    case.call_and_validate(base_url=server.url, excluded_checks=[positive_data_acceptance] if beyond else [])


def test_every_answer_of_a_long_visit_is_described(described: Server, document: dict[str, Any]) -> None:
    seen: list[httpx2.Response] = []
    with described.client(event_hooks={"response": [seen.append]}) as client:
        visit(client)
    told = {name: operation["responses"] for name, operation in operations(document)}
    paths = {name: re.compile(re.sub(r"\{\w+\}", "[^/]+", name)) for name in told}
    statuses = set()
    for answer in seen:
        asked = f"{answer.request.method} {answer.request.url.path}"
        (name,) = (name for name, pattern in paths.items() if pattern.fullmatch(asked))
        assert str(answer.status_code) in told[name], (asked, answer.status_code)
        content = told[name][str(answer.status_code)].get("content", {})
        assert not content or answer.headers["content-type"].partition(";")[0] in content, asked
        statuses.add(answer.status_code)
    assert statuses >= {200, 201, 202, 204, 304, 400, 403, 404, 409, 412, 413, 415, 422}


def visit(client: httpx2.Client) -> None:
    """Everything a person and a script do, and most of what they do wrong."""
    data = pictures.png(500, 300, seed=2)
    made = upload_now(client, data, key="visit").json()
    upload_now(client, data, key="visit")
    upload_now(client, pictures.png(30, 30, seed=3), key="visit")
    upload_now(client, data)
    upload_now(client, b"no picture")
    upload_now(client, data[:-100])
    upload_now(client, pictures.png(30, 30, seed=4), title="")
    client.post("/artworks", content=b"--", headers={"Content-Type": "multipart/form-data; boundary=b"})
    upload_now(client, pictures.png(30, 30, seed=4) + bytes(65 * 1024 * 1024))
    artwork = wait_until_analysed(client, made["id"])
    url = f"/artworks/{artwork['id']}"
    for path in (url, f"{url}/original", f"{url}/renditions/320"):
        tag = client.get(path).headers["etag"]
        client.get(path, headers={"If-None-Match": tag})
    client.patch(url, json={"title": "Again"}, headers={"If-Match": "other"})
    client.patch(url, json={"title": "Again", "tags": ["one"]})
    client.patch(url, content=b"{", headers={"Content-Type": "application/json"})
    client.patch(url, content=bytes(2_000_000), headers={"Content-Type": "application/json"})
    client.patch("/artworks/none", json={})
    for path in ("/artworks", "/search?q=again", "/search?colour=red", "/tags?prefix=o", "/categories", "/limits"):
        client.get(path)
    for path in ("/artworks?limit=0", "/artworks/none", "/search?q=%00", f"{url}/similar", f"{url}/renditions/1"):
        client.get(path)
    client.get("/limits", headers={"Host": "evil.example"})
    client.get("/limits", headers={"X-Forwarded-For": "10.0.0.1"})
    client.post(f"{url}/analysis")
    client.delete(url, headers={"Sec-Fetch-Site": "cross-site"})
    client.delete(url)
    client.delete(url)
    root = str(client.base_url).removesuffix("/api/v1/")
    for path in ("/healthz", "/readyz", "/version", "/metrics"):
        client.get(root + path)
        client.get(root + path, headers={"Host": "evil.example"})
