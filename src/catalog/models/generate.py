#!/usr/bin/env python3
"""Writes the trimmed service models from botocore's (Apache-2.0, see NOTICE).

    python generate.py data

For each service below: every List* and Describe* operation, and those that `operations.txt` names beside
them; their input and output shapes without documentation and errors; pagination; protocols; endpoints and
signing names for every region of every partition. The output does not depend on when or where it is made.
"""
import gzip
import json
import re
import sys
from pathlib import Path

import botocore
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import Loader

HERE = Path(__file__).resolve().parent

# What a shape keeps. Everything else is documentation, or only of use to generated code.
SHAPE = {"type", "required", "members", "member", "key", "value", "flattened", "payload", "enum", "sensitive",
         "timestampFormat", "box", "streaming", "union", "jsonvalue", "locationName", "xmlNamespace", "min", "max", "document"}
MEMBER = {"shape", "location", "locationName", "flattened", "queryName", "timestampFormat", "xmlAttribute",
          "xmlNamespace", "streaming", "jsonvalue", "idempotencyToken", "hostLabel"}


def services():
    """service -> operations beside its List* and Describe*."""
    out = {}
    for line in (HERE / "operations.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            name, *more = line.split()
            out[name] = more
    return out


def trim_shape(shape):
    kept = {k: v for k, v in shape.items() if k in SHAPE}
    if "members" in kept:
        # Pairs: their order is the AWS CLI's.
        kept["members"] = [[n, {k: v for k, v in m.items() if k in MEMBER}] for n, m in shape["members"].items()]
    for k in ("member", "key", "value"):
        if k in kept:
            kept[k] = {a: b for a, b in shape[k].items() if a in MEMBER}
    return kept


def reach(model, roots):
    seen, todo = set(), list(roots)
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        shape = model["shapes"][name]
        for m in shape.get("members", {}).values():
            todo.append(m["shape"])
        for k in ("member", "key", "value"):
            if k in shape:
                todo.append(shape[k]["shape"])
    return seen


def told(rules, prefix, model, partitions):
    """What the rules want to know that only an operation tells: which of a service's APIs it is of. That one whose
    host has the service's own name (ACM has another for ACME, and more operations there)."""
    names = [n for n, p in rules["parameters"].items() if p.get("required") and "builtIn" not in p and "default" not in p]
    provider = EndpointProvider(rules, partitions)
    for o in model["operations"].values():
        own = {n: o["staticContextParams"][n]["value"] for n in names if n in o.get("staticContextParams", {})}
        given = {n: p["default"] for n, p in rules["parameters"].items() if "default" in p} | {"Region": "us-east-1"} | own
        if own and provider.resolve_endpoint(**given).url.startswith(f"https://{prefix}."):
            return own
    return {}


def endpoints(rules, signing, partitions, own):
    """variant -> partition -> {default: row, regions: {region: row}}, a row being host, signing region and
    signing name, with {region}, {suffix} and {dual-suffix} to be filled in."""
    provider = EndpointProvider(rules, partitions)
    known = rules["parameters"]
    out = {}
    for variant, fips, dual in (("plain", False, False), ("fips", True, False), ("dual", False, True), ("fips-dual", True, True)):
        for partition in partitions["partitions"]:
            suffixes = [(partition["outputs"][k], w) for k, w in (("dualStackDnsSuffix", "{dual-suffix}"), ("dnsSuffix", "{suffix}"))]
            rows = {}
            for region in sorted(partition["regions"]):
                if region.endswith("-global"):
                    continue
                params = {"Region": region, "UseFIPS": fips, "UseDualStack": dual}
                params = {k: v for k, v in params.items() if k in known} | own
                try:
                    found = provider.resolve_endpoint(**params)
                except EndpointProviderError:
                    continue
                host = found.url.removeprefix("https://").rstrip("/")
                for suffix, word in suffixes:
                    if host.endswith("." + suffix):
                        host = host.removesuffix(suffix) + word
                        break
                scheme = (found.properties.get("authSchemes") or [{}])[0]
                rows[region] = [host, scheme.get("signingRegion", region), scheme.get("signingName", signing)]
            if not rows:
                continue
            forms = [[w.replace(r, "{region}") for w in row[:2]] + row[2:] for r, row in rows.items()] + list(rows.values())
            default = max(forms, key=forms.count)
            entry = {"default": default}
            odd = {r: row for r, row in rows.items() if [w.replace("{region}", r) for w in default] != row}
            if odd:
                entry["regions"] = odd
            out.setdefault(variant, {})[partition["id"]] = entry
    if "aws" not in out.get("plain", {}):
        raise SystemExit(f"the endpoint rules of {signing} lead nowhere; they ask for {', '.join(known)}")
    return out


# Asked in one region only, whatever the rules say
# (https://docs.aws.amazon.com/global-accelerator/latest/api/Welcome.html).
HOMES = {"globalaccelerator": {"aws": "us-west-2"}}


def offered(loader, service, prefix):
    """partition -> regions where the service is offered, from endpoints.json; missing: not known."""
    if service in HOMES:
        return {partition: [region] for partition, region in HOMES[service].items()}
    data = loader.load_data("endpoints")
    out = {}
    for partition in data["partitions"]:
        entry = partition["services"].get(prefix) or partition["services"].get(service)
        if not entry or entry.get("partitionEndpoint"):
            continue
        known = set(partition["regions"])
        regions = sorted(r for r in entry.get("endpoints", {}) if r in known and not entry["endpoints"][r].get("deprecated"))
        if regions:
            out[partition["partition"]] = regions
    return out


def service(loader, partitions, name, more):
    model = loader.load_service_model(name, "service-2")
    try:
        pages = loader.load_service_model(name, "paginators-1")["pagination"]
    except Exception:
        pages = {}
    meta = model["metadata"]
    rules = loader.load_service_model(name, "endpoint-rule-set-1")
    own = told(rules, meta["endpointPrefix"], model, partitions)
    wanted = [op for op in sorted(model["operations"]) if re.match(r"(List|Describe)[A-Z]", op) or op in more]
    unknown = set(more) - set(model["operations"])
    if unknown:
        raise SystemExit(f"operations.txt, {name}: no such operation: {', '.join(sorted(unknown))}")
    operations, roots = {}, []
    for op in wanted:
        o = model["operations"][op]
        if o.get("eventstream") or o.get("deprecated"):
            continue
        if any(p["value"] != own[n] for n, p in o.get("staticContextParams", {}).items() if n in own):
            continue
        row = {"method": o["http"]["method"], "uri": o["http"]["requestUri"]}
        if "input" in o:
            row["input"] = o["input"]["shape"]
            if "locationName" in o["input"]:
                row["root"] = o["input"]["locationName"]
            if "xmlNamespace" in o["input"]:
                row["namespace"] = o["input"]["xmlNamespace"]["uri"]
            roots.append(row["input"])
        if "output" in o:
            row["output"] = o["output"]["shape"]
            if "resultWrapper" in o["output"]:
                row["wrapper"] = o["output"]["resultWrapper"]
            roots.append(row["output"])
        if op in pages:
            row["page"] = {k: v for k, v in sorted(pages[op].items())
                           if k in ("input_token", "output_token", "limit_key", "result_key", "more_results")}
        if "endpoint" in o:
            row["host_prefix"] = o["endpoint"]["hostPrefix"]
        if o.get("authtype") == "none":
            row["unsigned"] = True
        static = o.get("staticContextParams")
        if static:
            row["static"] = {k: v["value"] for k, v in static.items()}
        operations[op] = row
    shapes = {s: trim_shape(model["shapes"][s]) for s in sorted(reach(model, roots))}
    signing = meta.get("signingName", meta["endpointPrefix"])
    out = {
        "service": name,
        "id": meta["serviceId"],
        "protocols": meta.get("protocols", [meta["protocol"]]),
        "api_version": meta["apiVersion"],
        "endpoint_prefix": meta["endpointPrefix"],
        "signing": signing,
        "operations": operations,
        "shapes": shapes,
        "endpoints": endpoints(rules, signing, partitions, own),
        "offered": offered(loader, name, meta["endpointPrefix"]),
    }
    for k, to in (("targetPrefix", "target"), ("jsonVersion", "json_version"), ("xmlNamespace", "namespace"),
                  ("signatureVersion", "signature")):
        if k in meta and not (k == "signatureVersion" and meta[k] == "v4"):
            out[to] = meta[k]
    return out


def partitions_of(loader):
    data = loader.load_data("partitions")
    out = {}
    for p in data["partitions"]:
        out[p["id"]] = {
            "suffix": p["outputs"]["dnsSuffix"],
            "dual_suffix": p["outputs"]["dualStackDnsSuffix"],
            "pattern": p["regionRegex"],
            "regions": {r: d.get("description", r) for r, d in sorted(p["regions"].items()) if not r.endswith("-global")},
        }
    return out


def write(path, data):
    text = json.dumps(data, separators=(",", ":"), sort_keys=False, ensure_ascii=False)
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(text.encode())
    return len(text)


def main(out):
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    loader = Loader(include_default_search_paths=False)
    loader.search_paths.append(str(Path(botocore.__file__).parent / "data"))
    partitions = loader.load_data("partitions")
    raw = ops = 0
    for name, more in services().items():
        data = service(loader, partitions, name, more)
        raw += write(out / f"{name}.json.gz", data)
        ops += len(data["operations"])
    names = sorted(services())
    lines = "".join(f'    ("{n}", include_bytes!("data/{n}.json.gz")),\n' for n in names)
    (HERE / "files.rs").write_text("//! The trimmed models' files. Written by generate.py.\n\n"
                                   "/// Service (botocore's name) and its model, gzipped JSON.\n"
                                   f"pub const FILES: [(&str, &[u8]); {len(names)}] = [\n{lines}];\n")
    (out / "partitions.json").write_text(json.dumps({"botocore": botocore.__version__, "partitions": partitions_of(loader)}, indent=1) + "\n")
    packed = sum(p.stat().st_size for p in out.glob("*.json.gz"))
    print(f"{len(services())} services, {ops} operations, {raw} bytes, packed {packed}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
