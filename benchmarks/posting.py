"""The bare client: create accounts with aiohttp, so many at a time, and nothing else.

`python -m benchmarks.posting URL FIRST COUNT WORKERS`. No look-up, no ledger, no report.
"""

import asyncio
import sys
from collections.abc import Iterator

import aiohttp

from benchmarks.estates import account_row


async def post(url: str, numbers: Iterator[int], *, workers: int) -> None:
    """Create the accounts of these numbers."""
    connector = aiohttp.TCPConnector(limit=workers)
    headers = {"Authorization": "Bearer bench", "X-Api-Version": "3.0"}

    async def work(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            async with session.post(f"{url}/api/accounts", json=account_row(number)) as answer:
                assert answer.status == 201, answer.status
                await answer.read()

    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        await asyncio.gather(*(work(session) for _ in range(workers)))


def main() -> None:
    """Read the arguments and create."""
    url, first, count, workers = sys.argv[1:]
    numbers = iter(range(int(first), int(first) + int(count)))
    asyncio.run(post(url, numbers, workers=int(workers)))


if __name__ == "__main__":
    main()
