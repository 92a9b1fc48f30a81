"""The switches of the Divalto simulator; the control plane reads and sets them by camel-case name."""

import dataclasses

ON_VALIDATION, ON_PROVISIONED = "on_validation", "on_provisioned"
NONE, ACCEPT, REFUSE = "none", "accept", "refuse"
HTTP, ENVELOPE_200, RESULT_200 = "http", "envelope200", "result200"
EVERY_ORDER = "*"


def _one_of(default: str, *others: str) -> str:
    field: str = dataclasses.field(default=default, metadata={"choices": (default, *others)})
    return field


@dataclasses.dataclass(frozen=True)
class Settings:
    """How this Divalto behaves where its documentation leaves a choice, and what its staff does by itself."""

    certificate_timing: str = _one_of(ON_VALIDATION, ON_PROVISIONED)
    """When a certificate is issued: at the administrative validation or at the end."""
    auto: str = _one_of(NONE, ACCEPT, REFUSE)
    """What the staff decides without being told."""
    hours_a_traiter: float = 4.0
    """Hours until the staff takes an order, or decides a site change request, by itself."""
    hours_en_cours: float = 24.0
    """Hours until the staff validates or refuses an order that it took."""
    hours_provisioning: float = 48.0
    """Hours until the cloud team is done."""

    error_style: str = _one_of(HTTP, ENVELOPE_200, RESULT_200)
    """Refusals as HTTP statuses, as 200 with `error`, or as 200 with `result.common.resultcode`."""
    error_text: str = _one_of("txterr", "txterror")
    """The name of the error text."""
    unknown_status: dict[str, str] = dataclasses.field(default_factory=dict)
    """Order number (`*`: every order) to the status word that reads show in place of the true one."""
    stale_lists: float = 0.0
    """Seconds that lists lag behind; look-ups by clientReference and reads by number do not."""

    key_expires_in_days: float = 365.0
    """Days from now until the keys expire; 0 is expired."""
    token_seconds: float = 43200.0
    """Seconds a token of /v1/Authenticate is good for."""
    orders_right: bool = True
    """Whether the caller has the right `myB / Commandes`."""
    rate_limit: int = 0
    """Requests a second before 429; 0 is no limit."""
    retry_after: str = "1"
    """Text of the Retry-After header of a rate limit; empty leaves it out."""
