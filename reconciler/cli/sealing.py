"""Who assets are sealed to, and who can open them, by the configuration or by the identity made at the first run."""

import os
from pathlib import Path

from reconciler import sealing
from reconciler.errors import ConfigurationError
from reconciler.model import Secret
from reconciler.settings import secrets
from reconciler.settings.values import Settings

OWN_IDENTITY = ".reconciler/identity.txt"


def recipients_of(settings: Settings) -> tuple[str, ...]:
    """Return the age recipients; the first run of a project that says nothing makes an identity of its own.

    ConfigurationError in CI, where a key made on the spot would be lost with the machine.
    """
    if settings.sealing.recipients:
        return settings.sealing.recipients
    if settings.sealing.identity is not None:
        return (sealing.recipient_of(read_identity(settings)),)
    path = settings.root / OWN_IDENTITY
    if path.exists():
        return (sealing.recipient_of(sealing.read_identity(path)),)
    if os.environ.get("CI"):
        raise ConfigurationError(
            "sealing is not configured and CI is set: a key made here would be lost; "
            "set sealing.recipients in reconciler.yaml"
        )
    return (sealing.create_identity(path),)


def read_identity(settings: Settings) -> Secret:
    """Return the identity that opens assets."""
    source = settings.sealing.identity
    if source is None:
        return sealing.read_identity(settings.root / OWN_IDENTITY)
    if source.kind == "file":
        return sealing.read_identity(settings.root / Path(source.name).expanduser())
    return secrets.resolve(source, settings.root, label="sealing.identity", environ=os.environ)
