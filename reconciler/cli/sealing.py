"""What secrets are sealed to, and what opens them, by the configuration or by the identity made at the first run."""

import os
from pathlib import Path

from reconciler import sealing
from reconciler.errors import ConfigurationError, SealingError
from reconciler.model import Secret, SecretSource
from reconciler.settings import secrets
from reconciler.settings.values import Settings

OWN_IDENTITY = ".reconciler/identity.txt"


def recipients_of(settings: Settings) -> tuple[str, ...]:
    """Return the age recipients of assets; the first run of a project that says nothing makes an identity of its own.

    ConfigurationError in CI, where a key made on the spot would be lost with the machine.
    """
    if settings.sealing.recipients:
        return settings.sealing.recipients
    if settings.sealing.identity is not None:
        return (sealing.recipient_of(read_identity(settings)),)
    return (sealing.recipient_of(_own_identity(settings, needs="sealing.recipients")),)


def read_identity(settings: Settings) -> Secret:
    """Return the identity that opens assets."""
    source = settings.sealing.identity
    if source is None:
        return sealing.read_identity(settings.root / OWN_IDENTITY)
    return _read(settings, source, setting="sealing.identity")


def credential_key(settings: Settings, *, vendor: str) -> Secret:
    """Return the identity that credentials which change with each use are sealed to; `vendor` has such a credential.

    ConfigurationError when other keys are configured and this one is not, and in CI.
    """
    source = settings.sealing.credential_key
    if source is not None:
        key = _read(settings, source, setting="sealing.credentialKey")
        sealing.recipient_of(key)
        return key
    if settings.sealing.configured:
        raise ConfigurationError(
            f"sealing.credentialKey is not set, and the credential of {vendor} changes with each use: it is kept sealed"
            " to that key; make one with age-keygen and set sealing.credentialKey in reconciler.yaml"
        )
    return _own_identity(settings, needs="sealing.credentialKey")


def _own_identity(settings: Settings, *, needs: str) -> Secret:
    """Return the project's own identity, made at the first run; `needs` is what to set where none can be made."""
    path = settings.root / OWN_IDENTITY
    if not path.exists():
        if os.environ.get("CI"):
            raise ConfigurationError(
                "sealing is not configured and CI is set: a key made here would be lost; "
                f"set {needs} in reconciler.yaml"
            )
        try:
            sealing.create_identity(path)
        except SealingError:
            if not path.exists():  # another run may have been first
                raise
    return sealing.read_identity(path)


def _read(settings: Settings, source: SecretSource, *, setting: str) -> Secret:
    if source.kind == "file":
        return sealing.read_identity(settings.root / Path(source.name).expanduser(), setting=setting)
    return secrets.resolve(source, settings.root, label=setting, environ=os.environ)
