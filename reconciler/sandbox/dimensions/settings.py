"""The switches of the Dimensions simulator; the control plane reads and sets them by camel-case name."""

import dataclasses

RESELLER, ENTERPRISE = "reseller", "enterprise"
MUTABLE, IMMUTABLE = "mutable", "immutable"


def _one_of(default: str, *others: str) -> str:
    field: str = dataclasses.field(default=default, metadata={"choices": (default, *others)})
    return field


@dataclasses.dataclass(frozen=True)
class Settings:
    """How this Dimensions behaves where its documentation leaves a choice."""

    token_seconds: float = 3600.0
    """Seconds an access token is good for."""
    refresh_days: float = 30.0
    """Days an unused refresh token is good for."""
    refresh_mode: str = _one_of("rotate", "reusable")
    """Whether using a refresh token replaces it or leaves it."""
    reuse_kills_family: bool = False
    """Whether using a replaced refresh token ends those that came from the same sign-in."""
    auto_consent: bool = True
    """Whether /connect/authorize consents at once; else it shows a page to click."""
    consent_level: str = _one_of(RESELLER, ENTERPRISE)
    """Whose portal login consents; `login_hint=enterprise` in the request overrides it."""
    client_credentials: bool = False
    """For tests only: a machine grant, which the vendor does not have."""

    read_mode: str = _one_of("full", "sparse")
    """Reads show the whole schema, or only the keys that the vendor's examples show."""
    short_paths: bool = False
    """Whether /v1.0/... is answered like /api/v1.0/..."""
    charges: str = _one_of("on", "off")
    """Whether requests that cost money need accept-charges."""
    rate_limit: int = 0
    """API requests a second before 429; 0 is no limit."""
    retry_after: str = "1"
    """Text of the Retry-After header of a rate limit; empty leaves it out."""
    lag: float = 0.0
    """Seconds before a new row shows up in lists and instance look-ups (reads by id see it at once)."""

    trials_allowed: bool = True
    """Whether resellers may give trials."""
    max_trial_days: int = 30
    """Longest trial."""
    product_types: dict[str, str] = dataclasses.field(
        default_factory=lambda: {
            "TenantProfileType_analytics": MUTABLE,
            "TenantProfileType_uc": MUTABLE,
            "TenantProfileType_voice": IMMUTABLE,
        }
    )
    """Product type to `mutable` or `immutable`: whether a customer may leave it."""
    extra_roles: tuple[str, ...] = ()
    """Role keys to accept beside the known ones."""

    enable_cascade: str = _one_of("untold", "all", "none")
    """Which PBXs enabling a customer starts: those never told either way, all, or none."""
    sync_delay: float = 2.0
    """Seconds from a collector's start to its import of users."""
    import_fault: str = _one_of("none", "never", "slow", "partial")
    """Imports do not come, take ten times as long, or bring the first half of the users."""
