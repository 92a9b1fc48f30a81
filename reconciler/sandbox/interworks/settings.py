"""The switches of the interworks simulator; the control plane reads and sets them by camel-case name."""

import dataclasses

CAPABILITIES = ("set_sync_options", "synchronize", "execute_order", "resend_key")
LISTS = ("accounts", "orders", "assets")


@dataclasses.dataclass(frozen=True)
class Settings:
    """How this BSS behaves where its documentation leaves a choice."""

    token_lifetime: float = 1199.0
    """Seconds a token is good for."""
    token_expires_in: bool = True
    """Whether the token answer names its lifetime."""
    single_session: bool = False
    """Whether a new token ends the earlier ones of the same user."""

    sync_polls: int = 0
    """Status reads that still show an account's synchronisation as InProgress."""
    sync_seconds: float = 0.0
    """Seconds an account's synchronisation stays InProgress."""
    sync_failures: dict[str, str] = dataclasses.field(default_factory=dict)
    """System code to comment: synchronisations there go InProgress and then Failed."""
    asset_polls: int = 0
    """Reads of an asset that still show it as InProgress."""
    asset_seconds: float = 0.0
    """Seconds an asset stays InProgress."""
    asset_failures: dict[str, str] = dataclasses.field(default_factory=dict)
    """Product code to comment: its assets go InProgress and then Failed."""

    careless: bool = True
    """Whether executing an executed order makes assets and a charge again; else it is refused."""
    cannot: tuple[str, ...] = dataclasses.field(default=(), metadata={"choices": CAPABILITIES})
    """Capabilities this BSS does not offer over its API: answered 404."""
    lag: float = 0.0
    """Seconds before a new row shows up in lists (reads by id see it at once)."""
    lag_on: tuple[str, ...] = dataclasses.field(default=("orders",), metadata={"choices": LISTS})
    """The lists that lag."""

    page_mode: str = dataclasses.field(default="wrapped", metadata={"choices": ("wrapped", "bare", "noMetadata")})
    """Lists as data with metadata, as a bare array, or as data alone."""
    page_size: int = 25
    """Rows of a page when the caller does not say."""
    page_max: int = 100
    """Most rows of a page; larger sizes are cut to it."""
    rate_limit: int = 0
    """API requests a second before 403 RateLimit; 0 is no limit."""
    retry_after: str = ""
    """Text of the Retry-After header of a rate limit; empty leaves it out."""

    bittitan_legacy: bool = False
    """Whether BitTitan wants the e-mail and password of a BitTitan account."""
    bittitan_accounts: dict[str, str] = dataclasses.field(
        default_factory=lambda: {"demo@bittitan.example": "demo-password"}
    )
    """The BitTitan accounts of legacy mode: e-mail to password."""
    taken_usernames: tuple[str, ...] = ()
    """Panda usernames that customers of others already have."""
    username_autofill: bool = True
    """Whether an option `username` without a value shows the account's e-mail (developer portal, S14)."""
