"""Drives the HTTP API by its OpenAPI document, with Python's standard library alone.

Usage: drive_api.py <origin> <folder>, with the token in the environment as SPACEDRIVE_TOKEN. Builds each request from
the document, checks each answer against its named schema, and prints what it found as JSON.
"""

import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request


class Api:
    def __init__(self, origin: str, token: str) -> None:
        self.headers = {"authorization": f"Bearer {token}"}
        self.origin = origin
        self.document = self.fetch("GET", f"{origin}/openapi.json")[1]
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        }

    def fetch(self, method: str, url: str, body: object = None) -> tuple[int, object]:
        data = None if body is None else json.dumps(body).encode()
        headers = self.headers | ({} if data is None else {"content-type": "application/json"})
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def call(self, name: str, values: dict | None = None) -> tuple[int, object]:
        """Sends a request as the document describes it, and checks the answer against the schema of its status."""
        method, path, operation = self.operations[name]
        values = dict(values or {})
        query = {}
        for parameter in operation.get("parameters", []):
            if parameter["name"] in values:
                query[parameter["name"]] = values.pop(parameter["name"])
            elif parameter["required"]:
                raise ValueError(f"{name} needs {parameter['name']}")
        body = None
        if "requestBody" in operation:
            body, values = values, {}
            self.check(body, schema_of(operation["requestBody"]), f"{name}: request")
        if values:
            raise ValueError(f"{name} has no parameters {', '.join(values)}")
        text = {key: str(value).lower() if isinstance(value, bool) else value for key, value in query.items()}
        url = f"{self.origin}{self.document['servers'][0]['url']}{path}?{urllib.parse.urlencode(text, doseq=True)}"
        status, answer = self.fetch(method, url, body)
        response = operation["responses"][str(status)]
        self.check(answer, schema_of(self.resolve(response)), f"{name}: answer {status}")
        return status, answer

    def resolve(self, value: dict) -> dict:
        while "$ref" in value:
            at = self.document
            for part in value["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            value = at
        return value

    def check(self, value: object, schema: dict, where: str) -> None:
        """Raises ValueError if the value does not fit the schema (the parts of JSON Schema that the document uses)."""
        schema = self.resolve(schema)
        variants = schema.get("anyOf") or schema.get("oneOf")
        if variants:
            errors = []
            for variant in variants:
                try:
                    return self.check(value, variant, where)
                except ValueError as error:
                    errors.append(str(error))
            raise ValueError(f"{where} fits no variant: {errors}")
        if "const" in schema and value != schema["const"]:
            raise ValueError(f"{where} is {value!r}, not {schema['const']!r}")
        if "enum" in schema and value not in schema["enum"]:
            raise ValueError(f"{where} is {value!r}, none of {schema['enum']}")
        types = schema.get("type")
        if types and not any(is_a(value, name) for name in ([types] if isinstance(types, str) else types)):
            raise ValueError(f"{where} is {value!r}, no {types}")
        if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
            raise ValueError(f"{where} is {value!r}, which {schema['pattern']} does not match")
        if isinstance(value, list) and isinstance(schema.get("items"), dict):
            for at, item in enumerate(value):
                self.check(item, schema["items"], f"{where}[{at}]")
        if isinstance(value, dict):
            for name in schema.get("required", []):
                if name not in value:
                    raise ValueError(f"{where} lacks {name}")
            known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
            for name, inner in value.items():
                if name in known:
                    self.check(inner, known[name], f"{where}.{name}")
                elif others is False:
                    raise ValueError(f"{where} has {name}, which is not in the schema")
                elif isinstance(others, dict):
                    self.check(inner, others, f"{where}.{name}")


def schema_of(response: dict) -> dict:
    [media] = response["content"].values()
    return media["schema"]


def is_a(value: object, name: str) -> bool:
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    if name in kinds:
        return isinstance(value, kinds[name])
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and (name == "number" or float(value).is_integer())


def main(origin: str, folder: str) -> None:
    api = Api(origin, os.environ["SPACEDRIVE_TOKEN"])
    # Every example of the document fits the schema beside it.
    examples = 0
    for name, (_method, _path, operation) in api.operations.items():
        for described in (operation.get("requestBody"), operation["responses"]["200"]):
            if described is not None:
                [media] = described["content"].values()
                api.check(media["example"], media["schema"], f"{name}: example")
                examples += 1
    api.call("libraries.create", {"name": "From Python"})
    _, added = api.call("locations.add", {"path": folder, "mode": "content"})
    api.call("jobs.wait", {"job": added["job"]["id"]})
    _, found = api.call("search.files", {"query": "plumber", "type": ["text", "image"], "hidden": False})
    _, listed = api.call("files.list", {"path": folder, "limit": 10})
    # Every query that needs nothing is asked for, by both methods.
    queries = [
        name
        for name, (method, _path, operation) in api.operations.items()
        if method == "GET" and not any(each["required"] for each in operation.get("parameters", []))
    ]
    asked = 0
    for name in queries:
        for way in (name, f"{name}.post"):
            status, _ = api.call(way)
            asked += status == 200
    refused, problem = api.call("locations.remove", {"location": added["location"]["id"]})
    removed, _ = api.call("locations.remove", {"location": added["location"]["id"], "confirm": True})
    report = {
        "found": [item["name"] for item in found["items"]],
        "listed": [item["name"] for item in listed["items"]],
        "examples": examples,
        "queries": len(queries),
        "asked": asked,
        "refused": [refused, problem["code"]],
        "removed": removed,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
