"""One account and region of an emulator, as the AWS SDK for Python sees it."""

import json

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lacks import LACKS

SESSION = boto3.session.Session()
CONFIG = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, parameter_validation=False)

# A secret that ordinary lists carry; it may appear nowhere.
CANARY = "CANARY-7f3a91"
# Operations whose answers had it.
REVEALING = set()
# In place of tags that the emulator cannot tell.
UNTOLD = object()
# What a tag may hold and a careless reader breaks on. Ministack writes it into XML as it is, so there less of it.
RICH = {"Name": "käse & <brot>", "team": "a,b=c \"d\"", "empty": ""}
SAFE = {"Name": "käse (brot)", "team": "a,b=c", "empty": ""}
# Some services take neither quotes nor empty values.
PLAIN = {"team": "blue", "cost:center": "4711/a"}


def watch(http_response, model, **_):
    if CANARY.encode() in http_response.content:
        REVEALING.add(f"{model.service_model.service_name}:{model.name}")


class Place:
    def __init__(self, emulator, url, account, region, keys):
        self.emulator, self.url, self.account, self.region = emulator, url, account, region
        self.keys = keys
        self.clients = {}
        self.made = {}
        self.tags = RICH if emulator == "moto" else SAFE
        self.words = "a & <b>" if emulator == "moto" else "a (b)"

    def __getattr__(self, service):
        """`place.ec2`: a client; `place.application_autoscaling` where the name has dashes."""
        return self.client(service.replace("_", "-"))

    def client(self, service):
        if service not in self.clients:
            client = self.clients[service] = SESSION.client(
                service,
                region_name=self.region,
                endpoint_url=self.url,
                config=CONFIG,
                aws_access_key_id=self.keys[0],
                aws_secret_access_key=self.keys[1],
                aws_session_token=self.keys[2],
            )
            client.meta.events.register("after-call", watch)
        return self.clients[service]

    def all(self, service, operation, path, **params):
        """The items of every page."""
        client = self.client(service)
        if client.can_paginate(operation):
            pages = client.get_paginator(operation).paginate(**params)
        else:
            pages = self.pages(client, operation, params)
        for page in pages:
            for name in path.split("."):
                page = (page or {}).get(name)
            yield from page or []

    @staticmethod
    def pages(client, operation, params):
        """For operations whose paginator boto3 does not have."""
        seen = set()
        while True:
            page = getattr(client, operation)(**params)
            yield page
            tokens = ("NextToken", "nextToken", "NextMarker", "NextPageToken", "PaginationToken")
            token = next((t for t in tokens if page.get(t)), None)
            if token is None or page[token] in seen:
                return
            seen.add(page[token])
            params = {**params, "Marker" if token == "NextMarker" else token: page[token]}

    def told(self, operation, **params):
        """What an operation answers; nothing where the emulator is known not to have it."""
        if operation in LACKS[self.emulator]:
            return None
        service, name = operation.split(":")
        return getattr(self.client(service), name)(**params)

    def many(self, most):
        """How many of something that has pages: many in one region, few elsewhere."""
        return most if self.emulator == "ministack" and self.region == "us-east-1" else 3

    def on(self, resource):
        return [{"ResourceType": resource, "Tags": pairs(self.tags)}]

    def role(self, service):
        """The ARN of a role for a service, made where it is not there yet."""
        statement = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        name = f"{service}-{self.region}"
        return self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]

    def arn(self, service, rest, region=None):
        return f"arn:aws:{service}:{self.region if region is None else region}:{self.account}:{rest}"


def pairs(tags, key="Key", value="Value"):
    return [{key: k, value: v} for k, v in tags.items()]


def lower(tags):
    return pairs(tags, "key", "value")


def of(tags):
    """A list of tags as a map, however its members are written."""
    if tags is UNTOLD:
        return tags
    found = {}
    for tag in tags or []:
        key = next(k for k in ("Key", "key", "TagKey") if k in tag)
        value = {"Key": "Value", "key": "value", "TagKey": "TagValue"}[key]
        found[tag[key]] = tag.get(value, "")
    return found


def none_if(codes, call, **params):
    try:
        return call(**params)
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            return {}
        raise
