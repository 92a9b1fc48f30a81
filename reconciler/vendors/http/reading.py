"""The reader: the only place that repeats a request, and only requests that the vendor lists as reads."""

from collections.abc import Callable

from reconciler import contract
from reconciler.contract import Verdict
from reconciler.errors import BadAnswer, Forbidden, NoAnswer, NotSent, RateLimited, SignInFailed, VendorError
from reconciler.vendors.http import outgoing
from reconciler.vendors.http.allowed import Endpoints
from reconciler.vendors.http.line import Attempt, Line

FAILED_TRIES = 3
LIMITED_TRIES = 6
LONGEST_WAIT = 120.0
"""Seconds one read spends waiting for rate limits, in all."""
_TIRED_AFTER = 3


class Budget:
    """What one read may still try. Pure but for the random source, which spreads the waits."""

    def __init__(self, random: Callable[[], float], *, tries: int = FAILED_TRIES) -> None:
        self.signed_in_again = False
        self._random = random
        self._tries = tries
        self._failures = 0
        self._limits = 0
        self._waited = 0.0

    def after_failure(self, advised: float | None = None) -> float | None:
        """Return the seconds to wait after a try that failed; None when it was the last."""
        self._failures += 1
        if self._failures >= self._tries:
            return None
        return max(self._growing(self._failures), advised or 0.0)

    def after_limit(self, advised: float | None) -> float | None:
        """Return the seconds to wait after a rate limit; None when it has held for too long."""
        self._limits += 1
        wait = self._growing(self._limits) if advised is None else advised
        if self._limits >= LIMITED_TRIES or self._waited + wait > LONGEST_WAIT:
            return None
        self._waited += wait
        return wait

    def _growing(self, number: int) -> float:
        return float(2 ** (number - 1)) * (0.75 + 0.5 * self._random())


class RetryingReader:
    """Reads over a line. After several reads in a row that failed for good, each gets one try only."""

    def __init__(self, line: Line, *, random: Callable[[], float]) -> None:
        self._line = line
        self._random = random
        self._endpoints = Endpoints(line.wire.endpoints)
        self._failed_in_a_row = 0

    async def fetch(self, call: contract.Call, *, missing_ok: bool = False) -> contract.Answer:
        """Return a 2xx answer with readable JSON (or a 404 answer when `missing_ok`).

        Raises WriteRefused before anything happens, NotSent, NoAnswer, BadAnswer, Forbidden, SignInFailed,
        RateLimited, or VendorError for another refusal.
        """
        self._endpoints.require_reading(call)
        tired = self._failed_in_a_row >= _TIRED_AFTER
        budget = Budget(self._random, tries=1 if tired else FAILED_TRIES)
        while True:
            answer = await self._try(call, budget, missing_ok=missing_ok)
            if answer is not None:
                self._failed_in_a_row = 0
                return answer

    async def _try(self, call: contract.Call, budget: Budget, *, missing_ok: bool) -> contract.Answer | None:
        try:
            async with self._line.slots:
                admission = await self._line.admit()
                attempt = await self._line.attempt(call, admission)
        except outgoing.Malformed:
            raise
        except (NotSent, NoAnswer) as error:
            await self._pause(budget.after_failure(), instead=error)
            return None
        return await self._settle(call, attempt, budget, missing_ok=missing_ok)

    async def _settle(
        self, call: contract.Call, attempt: Attempt, budget: Budget, *, missing_ok: bool
    ) -> contract.Answer | None:
        answer = attempt.answer
        verdict = self._line.wire.judge(answer)
        if verdict is Verdict.SIGNED_OUT:
            self._sign_in_again(call, attempt, budget)
            return None
        if verdict is Verdict.RATE_LIMITED:
            self._slow_down(call, attempt, budget)
            return None
        if answer.status >= 500:
            await self._outlast(call, attempt, budget)
            return None
        if (answer.ok and verdict is Verdict.CLEAR) or (answer.status == 404 and missing_ok):
            return self._whole(call, attempt)
        raise self._refusal(call, attempt)

    def _whole(self, call: contract.Call, attempt: Attempt) -> contract.Answer:
        answer = attempt.answer
        complaint = attempt.complaint or ("the body is empty" if answer.ok and answer.data is None else "")
        if complaint:
            raise BadAnswer(f"{self._line.naming(call)} was answered {answer.status}, but {complaint}")
        return answer

    def _sign_in_again(self, call: contract.Call, attempt: Attempt, budget: Budget) -> None:
        if attempt.token is None or budget.signed_in_again:
            text = self._line.explain(attempt.answer, token=attempt.token)
            raise SignInFailed(f"{self._line.naming(call)}: credentials are not accepted: {text}; check them")
        budget.signed_in_again = True
        self._line.drop_token(attempt.token)

    def _slow_down(self, call: contract.Call, attempt: Attempt, budget: Budget) -> None:
        wait = budget.after_limit(self._line.advised(attempt.answer))
        if wait is None:
            raise RateLimited(f"{self._line.naming(call)}: the vendor's rate limit holds; run again later")
        self._line.hold(wait)

    async def _outlast(self, call: contract.Call, attempt: Attempt, budget: Budget) -> None:
        status, token = attempt.answer.status, attempt.token
        text = self._line.explain(attempt.answer, token=token)
        error = VendorError(f"{self._line.naming(call)} was answered {status}: {text}; try again later")
        wait = budget.after_failure(self._line.advised(attempt.answer))
        # A live client of interworks saw 500 for a token that had grown old. Not after the last try: a vendor
        # that is down would be signed in to for every read.
        if status == 500 and token is not None and wait is not None and not budget.signed_in_again:
            budget.signed_in_again = True
            self._line.drop_token(token)
        await self._pause(wait, instead=error)

    def _refusal(self, call: contract.Call, attempt: Attempt) -> VendorError:
        answer, what = attempt.answer, self._line.naming(call)
        if 300 <= answer.status < 400:
            return BadAnswer(f"{what} was answered with a redirect ({answer.status}); correct the vendor's url")
        text = self._line.explain(answer, token=attempt.token)
        if answer.status == 403:
            return Forbidden(f"{what} is not allowed: {text}; give the credentials the right to read it")
        if answer.ok:
            return BadAnswer(f"{what} was answered {answer.status} with an error inside: {text}")
        return VendorError(f"{what} was refused with {answer.status}: {text}")

    async def _pause(self, seconds: float | None, *, instead: VendorError) -> None:
        if seconds is None:
            self._failed_in_a_row += 1
            raise instead
        await self._line.clock.sleep(seconds)
