"""All SQL of the ledger, in one place: its first schema, then each statement by name. Later schemas: `migrations`.

Text only. Parameters are named; times are RFC 3339 UTC text, structures are JSON text. Claims and attempts
cannot be deleted: the schema itself refuses.
"""

SCHEMA_VERSION = 2

FIRST_SCHEMA = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        fence INTEGER NOT NULL UNIQUE,
        command TEXT NOT NULL,
        pid INTEGER NOT NULL,
        host TEXT NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT
    ) WITHOUT ROWID
    """,
    "CREATE TABLE lock (one INTEGER PRIMARY KEY CHECK (one = 1), fence INTEGER NOT NULL)",
    "INSERT INTO lock (one, fence) VALUES (1, 0)",
    """
    CREATE TABLE claims (
        id INTEGER PRIMARY KEY,
        scope TEXT NOT NULL,
        address TEXT NOT NULL,
        operation TEXT NOT NULL,
        revision INTEGER NOT NULL,
        state TEXT NOT NULL
            CHECK (state IN ('claimed', 'sent', 'in_doubt', 'parked', 'done', 'refused', 'released')),
        fence INTEGER,
        fingerprint TEXT NOT NULL DEFAULT '',
        plan TEXT NOT NULL DEFAULT '',
        once INTEGER NOT NULL DEFAULT 0,
        frozen TEXT NOT NULL DEFAULT '{}',
        payload TEXT NOT NULL DEFAULT 'null',
        vendor_id TEXT,
        reason TEXT NOT NULL DEFAULT '',
        deadline INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        doubt_since TEXT,
        updated_at TEXT NOT NULL,
        UNIQUE (scope, address, operation, revision)
    )
    """,
    "CREATE INDEX claims_open ON claims (scope, address) WHERE state IN ('sent', 'in_doubt', 'parked')",
    """
    CREATE TABLE attempts (
        claim INTEGER NOT NULL REFERENCES claims (id),
        n INTEGER NOT NULL,
        run TEXT NOT NULL REFERENCES runs (id),
        fence INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        sent_at TEXT NOT NULL,
        ended_at TEXT,
        state TEXT,
        vendor_id TEXT,
        reason TEXT NOT NULL DEFAULT '',
        deadline INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (claim, n)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE objects (
        scope TEXT NOT NULL,
        address TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        vendor_id TEXT,
        applied TEXT NOT NULL,
        sync_status TEXT NOT NULL,
        observed_at TEXT,
        manifest_revision TEXT NOT NULL,
        conditions TEXT NOT NULL,
        facts TEXT NOT NULL,
        protect INTEGER NOT NULL,
        PRIMARY KEY (scope, address)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE assets (
        scope TEXT NOT NULL,
        order_address TEXT NOT NULL,
        asset_id TEXT NOT NULL,
        product TEXT NOT NULL,
        quantity INTEGER NOT NULL,
        sync_status TEXT NOT NULL,
        purchased_at TEXT,
        expires_at TEXT,
        fingerprints TEXT NOT NULL,
        sealed TEXT NOT NULL,
        PRIMARY KEY (scope, order_address, asset_id)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE plans_used (digest TEXT PRIMARY KEY, run TEXT NOT NULL, used_at TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TRIGGER claims_stay BEFORE DELETE ON claims
    BEGIN SELECT RAISE(ABORT, 'claims are never deleted'); END
    """,
    """
    CREATE TRIGGER attempts_stay BEFORE DELETE ON attempts
    BEGIN SELECT RAISE(ABORT, 'attempts are never deleted'); END
    """,
)

PRAGMAS = ("PRAGMA foreign_keys = ON", "PRAGMA busy_timeout = 15000", "PRAGMA synchronous = FULL")
WRITE_AHEAD = "PRAGMA journal_mode = WAL"

CHECK_CLAIMS = "PRAGMA integrity_check(claims)"
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
META = "SELECT name, value FROM meta"
SET_META = "INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT DO UPDATE SET value = excluded.value"

CLEAR_META = "DELETE FROM meta WHERE name = :name"

FENCE = "SELECT fence FROM lock"
SET_FENCE = "UPDATE lock SET fence = :fence"
BEGIN_RUN = """
INSERT INTO runs (id, fence, command, pid, host, started_at) VALUES (:id, :fence, :command, :pid, :host, :now)
"""
END_RUN = "UPDATE runs SET ended_at = :now WHERE fence = :fence"
LAST_RUN = "SELECT id, pid, host, started_at FROM runs ORDER BY fence DESC LIMIT 1"
USE_PLAN = "INSERT OR IGNORE INTO plans_used (digest, run, used_at) VALUES (:digest, :run, :now)"

CLAIM = """
SELECT state, once, vendor_id FROM claims
WHERE scope = :scope AND address = :address AND operation = :operation AND revision = :revision
"""
TAKE_CLAIM = """
INSERT INTO claims
    (scope, address, operation, revision, state, fence, fingerprint, plan, once, frozen, applied, payload, attempts,
    updated_at)
VALUES (:scope, :address, :operation, :revision, 'sent', :fence, :fingerprint, :plan, :once, :frozen, :applied,
    :payload, 1, :now)
ON CONFLICT DO UPDATE SET
    state = 'sent', fence = excluded.fence, fingerprint = excluded.fingerprint, plan = excluded.plan,
    once = max(once, excluded.once), frozen = excluded.frozen, applied = excluded.applied,
    payload = excluded.payload, reason = '', deadline = 0,
    attempts = attempts + 1, doubt_since = NULL, updated_at = excluded.updated_at
RETURNING id, attempts
"""
SENT = """
INSERT INTO attempts (claim, n, run, fence, fingerprint, sent_at) VALUES (:claim, :n, :run, :fence, :fingerprint, :now)
"""
END_ATTEMPT = """
UPDATE attempts SET ended_at = :now, state = :state, vendor_id = :vendor_id, reason = :reason, deadline = :deadline
WHERE n = :n AND claim = (
    SELECT id FROM claims
    WHERE scope = :scope AND address = :address AND operation = :operation AND revision = :revision)
"""
CONCLUDE = """
UPDATE claims SET
    state = :state, vendor_id = coalesce(:vendor_id, vendor_id), reason = :reason, deadline = max(deadline, :deadline),
    doubt_since = CASE WHEN :open THEN coalesce(doubt_since, :now) END,
    updated_at = CASE WHEN state = 'done' THEN updated_at ELSE :now END
WHERE scope = :scope AND address = :address AND operation = :operation AND revision = :revision
    AND attempts = :n AND (state IN ('sent', 'in_doubt', 'parked') OR :state = 'done')
"""
SETTLE = """
INSERT INTO claims
    (scope, address, operation, revision, state, fence, vendor_id, reason, deadline, doubt_since, updated_at)
VALUES (:scope, :address, :operation, :revision, :state, :fence, :vendor_id, :reason, :deadline,
    CASE WHEN :open THEN :now END, :now)
ON CONFLICT DO UPDATE SET
    state = excluded.state, vendor_id = coalesce(excluded.vendor_id, vendor_id), reason = excluded.reason,
    deadline = max(deadline, excluded.deadline),
    updated_at = CASE WHEN state = 'done' THEN updated_at ELSE excluded.updated_at END,
    doubt_since = CASE WHEN :open THEN coalesce(
        doubt_since, (SELECT sent_at FROM attempts WHERE claim = claims.id AND n = claims.attempts), :now) END
WHERE state <> 'done' OR excluded.state = 'done'
"""
ADOPT = """
INSERT INTO claims (scope, address, operation, revision, state, fence, vendor_id, reason, frozen, applied, updated_at)
VALUES (:scope, :address, :operation, :revision, 'done', :fence, :vendor_id, 'adopted', :frozen, :applied, :now)
ON CONFLICT DO UPDATE SET
    frozen = CASE
        WHEN frozen = '{}' OR (state <> 'done' AND excluded.frozen <> '{}') THEN excluded.frozen ELSE frozen END,
    state = 'done', vendor_id = excluded.vendor_id, reason = 'adopted', doubt_since = NULL, applied = excluded.applied,
    updated_at = excluded.updated_at
"""
WITHDRAW = """
UPDATE claims SET state = 'released', fence = :fence, reason = :reason, deadline = 0, doubt_since = NULL,
    updated_at = :now
WHERE scope = :scope AND address = :address AND operation = :operation AND revision = :revision AND state = 'done'
"""
BEHIND = """
SELECT 1 FROM claims JOIN objects USING (scope, address)
WHERE scope = :scope AND address = :address AND operation = :operation AND revision = :revision
    AND state = 'done' AND claims.applied <> '{}' AND updated_at >= recorded_at
"""
CATCH_UP = """
UPDATE objects SET applied = :applied, changed = :changed, recorded_at = :now
WHERE scope = :scope AND address = :address
"""
APPLIED_BY = """
SELECT applied FROM claims
WHERE scope = :scope AND address = :address AND operation = :operation AND revision = :revision AND state = 'done'
"""
APPLIED_TO = "SELECT applied FROM objects WHERE scope = :scope AND address = :address"
SET_APPLIED = "UPDATE objects SET applied = :applied WHERE scope = :scope AND address = :address"

PUT_OBJECT = """
INSERT OR REPLACE INTO objects
    (scope, address, kind, name, vendor_id, applied, sync_status, observed_at, manifest_revision, conditions, facts,
    protect, recorded_at, changed)
VALUES (:scope, :address, :kind, :name, :vendor_id, :applied, :sync_status, :observed_at, :manifest_revision,
    :conditions, :facts, :protect, :now, :changed)
"""
FORGET = "DELETE FROM objects WHERE scope = :scope AND address = :address"
FORGET_APPLIED = "UPDATE claims SET applied = '{}' WHERE scope = :scope AND address = :address AND state = 'done'"
ASSETS_OF = """
SELECT asset_id, product, quantity, sync_status, purchased_at, expires_at, fingerprints, sealed FROM assets
WHERE scope = :scope AND order_address = :order
"""
PUT_ASSET = """
INSERT OR REPLACE INTO assets
    (scope, order_address, asset_id, product, quantity, sync_status, purchased_at, expires_at, fingerprints,
    sealed)
VALUES (:scope, :order, :asset_id, :product, :quantity, :sync_status, :purchased_at, :expires_at,
    :fingerprints, :sealed)
"""
DROP_ASSETS = "DELETE FROM assets WHERE scope = :scope AND order_address = :order"

OBJECT_IDS = "SELECT address, vendor_id, applied, recorded_at, changed FROM objects WHERE scope = :scope"
CLAIMS = """
SELECT address, operation, revision, state, frozen, vendor_id, applied, updated_at FROM claims WHERE scope = :scope
ORDER BY revision DESC, address, operation
"""
OPEN_CLAIMS = """
SELECT c.address, c.operation, c.revision, c.state, c.attempts, coalesce(a.sent_at, c.updated_at), a.ended_at,
    c.deadline, coalesce(c.doubt_since, a.sent_at, c.updated_at), c.reason, c.once, c.payload
FROM claims AS c LEFT JOIN attempts AS a ON a.claim = c.id AND a.n = c.attempts
WHERE c.scope = :scope AND c.state IN ('sent', 'in_doubt', 'parked')
ORDER BY c.address, c.operation, c.revision
"""
OBJECTS = """
SELECT address, kind, name, vendor_id, applied, sync_status, observed_at, manifest_revision, conditions, facts, protect,
    changed
FROM objects WHERE scope = :scope ORDER BY address
"""
ASSETS = """
SELECT order_address, asset_id, product, quantity, sync_status, purchased_at, expires_at, fingerprints, sealed
FROM assets WHERE scope = :scope ORDER BY order_address, asset_id
"""

CREDENTIAL = "SELECT name, sealed, start, written_at FROM credentials WHERE name = :name"
PUT_CREDENTIAL = """
INSERT OR REPLACE INTO credentials (name, sealed, start, written_at) VALUES (:name, :sealed, :start, :now)
"""
