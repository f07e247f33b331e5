-- Everything version 0.1 stores. The same tables as for SQLite, but that every row begins with its number's id and has
-- it in its primary key, so that the data can be split by number: by several databases, or by an extension that
-- distributes tables. In the indexes the time-ordered key comes first: new rows go to the end, and no second index is
-- needed to find a row by its key.

CREATE TABLE writers (              -- who writes, and what was written last: see docs/decisions/0017-postgresql.md
    process INTEGER PRIMARY KEY,    -- its number, and that of the session advisory lock that a writer must hold
    term BIGINT NOT NULL,           -- one more each time that another process takes the number
    flush BIGINT NOT NULL,          -- number of the last transaction in this term
    held_at TIMESTAMPTZ             -- when the holder last wrote, if it comes back for its number; NULL: that is free to take
) WITH (fillfactor = 10);

CREATE TABLE messages (
    number_id BIGINT NOT NULL,
    key BIGINT NOT NULL,
    wa_id TEXT COLLATE "C" NOT NULL,
    tag INTEGER NOT NULL,
    received BOOLEAN NOT NULL,      -- from a user to the business
    kind TEXT NOT NULL,
    status SMALLINT,                -- NULL: received
    seen SMALLINT NOT NULL,         -- set of the statuses that have come, as Status.bit; received: 1 once it is deleted
    at_ms BIGINT NOT NULL,
    media_key BIGINT,
    more_media TEXT,                -- keys of the media after the first, JSON; NULL: none
    category TEXT NOT NULL,
    dialect TEXT NOT NULL,
    problem TEXT,
    problem_details TEXT,
    callback_data TEXT,
    upstream_id TEXT,
    user_id TEXT,                   -- the business-scoped id that it was addressed to; NULL: a phone number
    PRIMARY KEY (key, number_id)
) WITH (fillfactor = 80);           -- room for the statuses of a message on its own page

CREATE TABLE contents (             -- of messages; never changed
    number_id BIGINT NOT NULL,
    key BIGINT NOT NULL,
    body BYTEA NOT NULL,
    raw BYTEA NOT NULL,
    PRIMARY KEY (key, number_id)
);

CREATE TABLE outbox (               -- jobs: messages that the upstream does not have yet
    number_id BIGINT NOT NULL,
    key BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    begun BOOLEAN NOT NULL,
    expires_ms BIGINT,              -- when the message fails unless it was delivered before; NULL: never
    PRIMARY KEY (key, number_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

CREATE TABLE held (                 -- messages without a job: their template holds them back until somebody decides
    number_id BIGINT NOT NULL,
    key BIGINT NOT NULL,
    template_id BIGINT NOT NULL,
    expires_ms BIGINT,              -- of the job to come
    PRIMARY KEY (key, number_id)
);
CREATE INDEX held_of_template ON held (template_id, key);

CREATE TABLE sends (                -- attempts to hand a message to the upstream that did not succeed
    number_id BIGINT NOT NULL,
    message_key BIGINT NOT NULL,
    number INTEGER NOT NULL,
    at_ms BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (message_key, number, number_id)
);

CREATE TABLE evidence (             -- what was found out about messages on their way, where there is something to tell
    number_id BIGINT NOT NULL,
    message_key BIGINT NOT NULL,
    key BIGINT NOT NULL,            -- of the status that it came with, or the number of the attempt
    findings BYTEA NOT NULL,        -- as JSON
    PRIMARY KEY (message_key, key, number_id)
);

CREATE TABLE idempotency (          -- keys under which programs may repeat a send
    number_id BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    body_hash BYTEA NOT NULL,
    message_key BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (number_id, key)
);
CREATE INDEX idempotency_by_age ON idempotency (at_ms);

CREATE TABLE events (               -- never changed
    number_id BIGINT NOT NULL,
    key BIGINT NOT NULL,
    message_key BIGINT NOT NULL,
    kind TEXT NOT NULL,
    status SMALLINT,
    at_ms BIGINT NOT NULL,
    problem TEXT,
    body BYTEA NOT NULL,
    PRIMARY KEY (key, number_id)
);
CREATE INDEX events_of_message ON events (message_key);

CREATE TABLE deliveries (           -- of events: the first under the event's key, further ones under keys of their own
    number_id BIGINT NOT NULL,
    key BIGINT NOT NULL,
    state SMALLINT NOT NULL,        -- 0 waiting, 1 done, 2 dead, 3 cancelled, 4 dropped
    first_ms BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    done_at_ms BIGINT,              -- the attempt that succeeded; NULL: there was none
    done_elapsed_ms BIGINT,
    done_status INTEGER,
    done_answer BYTEA,
    done_signed_s BIGINT,          -- the webhook-timestamp of that attempt, in the machine's own time
    event_key BIGINT,               -- of a further delivery
    endpoint TEXT,                  -- of a further delivery
    PRIMARY KEY (key, number_id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX deliveries_further ON deliveries (event_key, endpoint, number_id) WHERE event_key IS NOT NULL;
CREATE INDEX deliveries_waiting ON deliveries (key) WHERE state = 0;
CREATE INDEX deliveries_dead ON deliveries (key) WHERE state = 2;

CREATE TABLE attempts (             -- to deliver, in order; the successful one only of a batch, or after a redelivery
    number_id BIGINT NOT NULL,
    id BIGINT GENERATED BY DEFAULT AS IDENTITY,
    delivery_key BIGINT NOT NULL,
    number INTEGER NOT NULL,
    at_ms BIGINT NOT NULL,
    elapsed_ms BIGINT NOT NULL,
    status INTEGER,
    answer BYTEA NOT NULL,
    signed_s BIGINT,
    headers TEXT,                   -- of the answer, JSON
    batch TEXT,                     -- keys of the deliveries of the same POST, JSON: see the model; NULL: no others
    PRIMARY KEY (delivery_key, id, number_id)
);

CREATE TABLE orphans (              -- statuses of messages that are not stored yet
    number_id BIGINT NOT NULL,
    message_key BIGINT NOT NULL,
    status SMALLINT NOT NULL,
    key BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    problem TEXT,
    problem_details TEXT,
    notify BOOLEAN NOT NULL,
    further TEXT,                   -- keys and endpoints of further deliveries, as JSON
    body BYTEA NOT NULL,
    PRIMARY KEY (message_key, status, number_id)
);

CREATE TABLE windows (
    number_id BIGINT NOT NULL,
    wa_id TEXT COLLATE "C" NOT NULL,
    last_inbound_ms BIGINT NOT NULL,
    ad_ms BIGINT,                   -- when the user came from an advertisement and has not been answered since
    free_until_ms BIGINT,           -- end of the last free entry point
    PRIMARY KEY (number_id, wa_id)
) WITH (fillfactor = 80);

CREATE TABLE read_marks (           -- how far the business has read a user's messages
    number_id BIGINT NOT NULL,
    wa_id TEXT COLLATE "C" NOT NULL,
    up_to BIGINT NOT NULL,          -- a message's key
    PRIMARY KEY (number_id, wa_id)
) WITH (fillfactor = 80);

CREATE UNLOGGED TABLE arrivals (    -- how far rates are used up: see docs/decisions/0030-shared-rates.md
    number_id BIGINT NOT NULL,
    wa_id TEXT COLLATE "C" NOT NULL,    -- empty: the number itself
    arrival_us BIGINT NOT NULL,
    PRIMARY KEY (number_id, wa_id)
) WITH (fillfactor = 50);

CREATE UNLOGGED TABLE moments (     -- when what is limited happened lately: see docs/decisions/0030-shared-rates.md
    owner BIGINT NOT NULL,          -- a number or an account; 0: nobody
    name TEXT COLLATE "C" NOT NULL, -- what happened
    at_ms BIGINT[] NOT NULL,        -- the oldest first
    changed_ms BIGINT NOT NULL,     -- by the server's clock, whatever the moments are by
    PRIMARY KEY (owner, name)
) WITH (fillfactor = 50);

CREATE TABLE media (
    number_id BIGINT NOT NULL,
    key BIGINT NOT NULL,
    tag BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    mime TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    source TEXT NOT NULL,
    filename TEXT,
    animated BOOLEAN NOT NULL,
    damage TEXT,
    PRIMARY KEY (key, number_id)
);
CREATE INDEX media_of_blob ON media (sha256);
CREATE INDEX media_by_expiry ON media (expires_ms);

CREATE TABLE numbers (
    id BIGINT PRIMARY KEY,
    number BYTEA NOT NULL           -- as JSON; sealed if there is a key: see docs/decisions/0034-secrets-at-rest.md
);

CREATE TABLE tokens (
    number_id BIGINT NOT NULL,
    hash BYTEA PRIMARY KEY,
    kind TEXT NOT NULL,
    expires_ms BIGINT,
    scope TEXT NOT NULL,
    reach TEXT NOT NULL
);

CREATE TABLE providers (
    number_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    provider BYTEA NOT NULL,        -- as a number is
    PRIMARY KEY (number_id, name)
);

CREATE TABLE templates (id BIGINT PRIMARY KEY, template BYTEA NOT NULL);   -- as JSON

CREATE TABLE documents (            -- JSON of what is rarely written and never searched
    owner BIGINT NOT NULL,          -- a number, an account, or 0
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (owner, kind, name)
);

CREATE TABLE state (                -- `url_secret` is sealed as a number is, the others are in clear
    name TEXT COLLATE "C" PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE phones (               -- of the embedded network
    wa_id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    online BOOLEAN NOT NULL,
    blocked BOOLEAN NOT NULL,
    reads BOOLEAN NOT NULL,
    on_whatsapp BOOLEAN NOT NULL,
    marketing BOOLEAN NOT NULL,
    username TEXT,
    identity BIGINT NOT NULL,
    read_receipts BOOLEAN NOT NULL,
    chat_open BIGINT,               -- id of the number whose chat it shows
    stopped TEXT NOT NULL,          -- JSON array of the accounts whose marketing the user has stopped
    former TEXT NOT NULL            -- JSON array of the numbers that the user had before
);

CREATE TABLE acquaintances (        -- which businesses know the phone number of a user with a username
    number_id BIGINT NOT NULL,
    wa_id TEXT COLLATE "C" NOT NULL,
    known_ms BIGINT NOT NULL,       -- when they last had to do with it
    PRIMARY KEY (number_id, wa_id)
);

CREATE TABLE carried (              -- messages that the embedded network has taken
    number_id BIGINT NOT NULL,
    token BIGINT NOT NULL,
    wa_id TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    category TEXT NOT NULL,
    progress SMALLINT NOT NULL,
    due_ms BIGINT NOT NULL,
    in_window BOOLEAN NOT NULL,     -- whether the user's window was open when it was taken; decides the price
    fault TEXT,                     -- what it is to end with: name of the problem, line feed, details
    free_until_ms BIGINT,           -- end of the free entry point that it was taken in
    expires_ms BIGINT,              -- when it is thrown away if it has not reached its phone
    tells_expiry BOOLEAN NOT NULL,  -- whether the business is told of that
    PRIMARY KEY (token, number_id)
) WITH (fillfactor = 80);
CREATE INDEX carried_unfinished ON carried (token) WHERE progress < 3;
