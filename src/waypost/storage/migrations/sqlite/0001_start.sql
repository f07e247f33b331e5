-- Everything version 0.1 stores. Keys are time-ordered integers, so that a row always goes to the end of its table.
-- What changes often is kept apart from what is large, so that a status rewrites a hundred bytes and no body.

CREATE TABLE messages (
    key INTEGER PRIMARY KEY,
    number_id INTEGER NOT NULL,
    wa_id TEXT NOT NULL,
    tag INTEGER NOT NULL,
    received INTEGER NOT NULL,      -- 1: from a user to the business
    kind TEXT NOT NULL,
    status INTEGER,                 -- NULL: received
    seen INTEGER NOT NULL,          -- set of the statuses that have come, as Status.bit; received: 1 once it is deleted
    at_ms INTEGER NOT NULL,
    media_key INTEGER,
    more_media TEXT,                -- keys of the media after the first, JSON; NULL: none
    category TEXT NOT NULL,
    dialect TEXT NOT NULL,
    problem TEXT,
    problem_details TEXT,
    callback_data TEXT,
    upstream_id TEXT,
    user_id TEXT                    -- the business-scoped id that it was addressed to; NULL: a phone number
) STRICT;

CREATE TABLE contents (             -- of messages; never changed
    key INTEGER PRIMARY KEY,
    body BLOB NOT NULL,
    raw BLOB NOT NULL
) STRICT;

CREATE TABLE outbox (               -- jobs: messages that the upstream does not have yet
    key INTEGER PRIMARY KEY,
    due_ms INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    begun INTEGER NOT NULL,
    expires_ms INTEGER              -- when the message fails unless it was delivered before; NULL: never
) STRICT;

CREATE TABLE held (                 -- messages without a job: their template holds them back until somebody decides
    key INTEGER PRIMARY KEY,
    template_id INTEGER NOT NULL,
    expires_ms INTEGER              -- of the job to come
) STRICT;
CREATE INDEX held_of_template ON held (template_id);

CREATE TABLE sends (                -- attempts to hand a message to the upstream that did not succeed
    message_key INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (message_key, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (             -- what was found out about messages on their way, where there is something to tell
    message_key INTEGER NOT NULL,
    key INTEGER NOT NULL,           -- of the status that it came with, or the number of the attempt
    findings BLOB NOT NULL,         -- as JSON
    PRIMARY KEY (message_key, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (          -- keys under which programs may repeat a send
    number_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    message_key INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (number_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (at_ms);

CREATE TABLE events (               -- never changed
    key INTEGER PRIMARY KEY,
    number_id INTEGER NOT NULL,
    message_key INTEGER NOT NULL,
    kind TEXT NOT NULL,
    status INTEGER,
    at_ms INTEGER NOT NULL,
    problem TEXT,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX events_of_message ON events (message_key);

CREATE TABLE deliveries (           -- of events: the first under the event's key, further ones under keys of their own
    key INTEGER PRIMARY KEY,
    state INTEGER NOT NULL,         -- 0 waiting, 1 done, 2 dead, 3 cancelled, 4 dropped
    first_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    done_at_ms INTEGER,             -- the attempt that succeeded; NULL: there was none
    done_elapsed_ms INTEGER,
    done_status INTEGER,
    done_answer BLOB,
    done_signed_s INTEGER,         -- the webhook-timestamp of that attempt, in the machine's own time
    event_key INTEGER,              -- of a further delivery
    endpoint TEXT                   -- of a further delivery
) STRICT;
CREATE UNIQUE INDEX deliveries_further ON deliveries (event_key, endpoint) WHERE event_key IS NOT NULL;
CREATE INDEX deliveries_waiting ON deliveries (key) WHERE state = 0;
CREATE INDEX deliveries_dead ON deliveries (key) WHERE state = 2;

CREATE TABLE attempts (             -- to deliver, in order; the successful one only of a batch, or after a redelivery
    id INTEGER PRIMARY KEY,
    delivery_key INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    elapsed_ms INTEGER NOT NULL,
    status INTEGER,
    answer BLOB NOT NULL,
    signed_s INTEGER,
    headers TEXT,                   -- of the answer, JSON
    batch TEXT                      -- keys of the deliveries of the same POST, JSON: see the model; NULL: no others
) STRICT;
CREATE INDEX attempts_of_delivery ON attempts (delivery_key);

CREATE TABLE orphans (              -- statuses of messages that are not stored yet
    message_key INTEGER NOT NULL,
    status INTEGER NOT NULL,
    key INTEGER NOT NULL,
    number_id INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    problem TEXT,
    problem_details TEXT,
    notify INTEGER NOT NULL,
    further TEXT,                   -- keys and endpoints of further deliveries, as JSON
    body BLOB NOT NULL,
    PRIMARY KEY (message_key, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE windows (
    number_id INTEGER NOT NULL,
    wa_id TEXT NOT NULL,
    last_inbound_ms INTEGER NOT NULL,
    ad_ms INTEGER,                  -- when the user came from an advertisement and has not been answered since
    free_until_ms INTEGER,          -- end of the last free entry point
    PRIMARY KEY (number_id, wa_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE read_marks (           -- how far the business has read a user's messages
    number_id INTEGER NOT NULL,
    wa_id TEXT NOT NULL,
    up_to INTEGER NOT NULL,         -- a message's key
    PRIMARY KEY (number_id, wa_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE media (
    key INTEGER PRIMARY KEY,
    tag INTEGER NOT NULL,
    number_id INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    mime TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    source TEXT NOT NULL,
    filename TEXT,
    animated INTEGER NOT NULL,
    damage TEXT
) STRICT;
CREATE INDEX media_of_blob ON media (sha256);
CREATE INDEX media_by_expiry ON media (expires_ms);

CREATE TABLE numbers (
    id INTEGER PRIMARY KEY,
    number BLOB NOT NULL            -- as JSON; sealed if there is a key: see docs/decisions/0034-secrets-at-rest.md
) STRICT;

CREATE TABLE tokens (
    hash BLOB PRIMARY KEY,
    number_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    expires_ms INTEGER,
    scope TEXT NOT NULL,
    reach TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE providers (
    number_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    provider BLOB NOT NULL,         -- as a number is
    PRIMARY KEY (number_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE templates (id INTEGER PRIMARY KEY, template BLOB NOT NULL) STRICT;   -- as JSON

CREATE TABLE documents (            -- JSON of what is rarely written and never searched
    kind TEXT NOT NULL,
    owner INTEGER NOT NULL,         -- a number, an account, or 0
    name TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (kind, owner, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE state (                -- `url_secret` is sealed as a number is, the others are in clear
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE phones (               -- of the embedded network
    wa_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    online INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    reads INTEGER NOT NULL,
    on_whatsapp INTEGER NOT NULL,
    marketing INTEGER NOT NULL,
    username TEXT,
    identity INTEGER NOT NULL,
    read_receipts INTEGER NOT NULL,
    chat_open INTEGER,              -- id of the number whose chat it shows
    stopped TEXT NOT NULL,          -- JSON array of the accounts whose marketing the user has stopped
    former TEXT NOT NULL            -- JSON array of the numbers that the user had before
) STRICT, WITHOUT ROWID;

CREATE TABLE acquaintances (        -- which businesses know the phone number of a user with a username
    number_id INTEGER NOT NULL,
    wa_id TEXT NOT NULL,
    known_ms INTEGER NOT NULL,      -- when they last had to do with it
    PRIMARY KEY (number_id, wa_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE carried (              -- messages that the embedded network has taken
    token INTEGER PRIMARY KEY,
    number_id INTEGER NOT NULL,
    wa_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    category TEXT NOT NULL,
    progress INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    in_window INTEGER NOT NULL,     -- whether the user's window was open when it was taken; decides the price
    fault TEXT,                     -- what it is to end with: name of the problem, line feed, details
    free_until_ms INTEGER,          -- end of the free entry point that it was taken in
    expires_ms INTEGER,             -- when it is thrown away if it has not reached its phone
    tells_expiry INTEGER NOT NULL   -- whether the business is told of that
) STRICT;
CREATE INDEX carried_unfinished ON carried (token) WHERE progress < 3;
