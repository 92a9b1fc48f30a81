"""The floor under a plan: parse every manifest once with CSafeLoader, fetch every list page once with aiohttp.

`python -m benchmarks.floor ROOT URL` prints how many manifests and rows it saw. It compares nothing.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks import plain
from benchmarks.estates import CREDENTIALS

AT_ONCE = 8
SIZE = 100
LISTS = ("accounts", "orders", "assets")


async def fetch(url: str) -> int:
    """Fetch every page of every list and return how many rows there are."""
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:
        form = {"username": CREDENTIALS["BSS_USERNAME"], "password": CREDENTIALS["BSS_PASSWORD"]}
        async with session.post(f"{url}/oauth/token", data=form) as answer:
            token = json.loads(await answer.read())["access_token"]
        session.headers.update({"Authorization": f"Bearer {token}", "X-Api-Version": "3.0"})
        return sum([await _fetch_list(session, f"{url}/api/{name}") for name in LISTS])


async def _fetch_list(session: aiohttp.ClientSession, url: str) -> int:
    async def page(number: int) -> Any:
        async with session.get(url, params={"page": number, "size": SIZE}) as answer:
            return json.loads(await answer.read())

    first = await page(1)
    rest = await asyncio.gather(*(page(number) for number in range(2, first["metadata"]["totalPages"] + 1)))
    return sum(len(one["data"]) for one in (first, *rest))


def main() -> None:
    """Parse and fetch."""
    root, url = sys.argv[1:]
    print(plain.parse(Path(root)), asyncio.run(fetch(url)))


if __name__ == "__main__":
    main()
