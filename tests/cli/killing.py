"""A repository whose runs are killed around a call, and whose vendor is told to give the call up."""

import concurrent.futures
from collections.abc import Mapping

from tests.cli.repository import Ended, Repository


class Killed(Repository):
    """A repository in which runs die."""

    def kill(self, moment: str, path: str, *, method: str, nth: int = 1, command: str = "apply --yes") -> None:
        """Kill a run around a call, and have the vendor give it up."""
        self.vendor.fault(moment, path, method=method, nth=nth)
        with self.running(*command.split()) as run:
            self.vendor.await_paused()
            run.kill()
        self.vendor.release(drop=True)
        self.vendor.await_idle()

    def side_by_side(self, *commands: str, env: Mapping[str, str | None] | None = None) -> list[Ended]:
        """Run commands that do not disturb each other, two at a time; return how they ended, in their order."""
        with concurrent.futures.ThreadPoolExecutor(2) as hands:
            return list(hands.map(lambda command: self.run(*command.split(), env=env), commands))
