"""Makes assets in an emulator, then prints what boto3 lists of them, a JSON object a line.

    seed.py EMULATOR URL ACCOUNT=REGION,… …
    seed.py             prints which kinds each emulator holds, and which neither

A kind is listed where it was made: everywhere, or, when it is global, once an account.
"""

import json
import sys

from lacks import LACKS, NEITHER
from make import MAKERS
from oracle import KINDS
from place import REVEALING, Place


def keys(emulator, url, account):
    """Of an account's root; moto takes an assumed role's account for that."""
    if emulator == "ministack":
        return account, "any", None
    sts = Place(emulator, url, account, "us-east-1", ("x", "x", None)).sts
    made = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/root", RoleSessionName="root")["Credentials"]
    return made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]


def told(what, who, work):
    """Does something; what fails ends the whole with its name, and what the emulator said."""
    try:
        return work()
    except Exception as error:
        raise SystemExit(f"{what} {who}: {error!r}"[:500]) from error


def held(emulator):
    return sorted(kind for kind in KINDS if kind not in LACKS[emulator])


def main():
    if not sys.argv[1:]:
        print(json.dumps({**{emulator: held(emulator) for emulator in LACKS}, "neither": sorted(NEITHER)}))
        return
    emulator, url, *wanted = sys.argv[1:]
    lacks = LACKS[emulator]
    print(json.dumps({"kinds": held(emulator)}))
    for account, regions in (w.split("=") for w in wanted):
        root = keys(emulator, url, account)
        print(json.dumps({"account": account, "keys": root}))
        places = [Place(emulator, url, account, region, root) for region in regions.split(",")]
        for place in places:
            for made, home, make in MAKERS:
                if (place is places[0] or not home) and not all(f"aws/{kind}" in lacks for kind in made):
                    told("cannot make", made, lambda: make(place))
        for kind in held(emulator):
            scope, items = KINDS[kind]
            for place in places if scope == "regional" else places[:1]:
                at = {"kind": kind, "account": account, "region": place.region if scope == "regional" else ""}
                for row in told("cannot list", kind, lambda: list(items(place))):
                    print(json.dumps({**at, **row}))
    print(json.dumps({"revealing": sorted(REVEALING)}))


main()
