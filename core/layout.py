"""Where everything stands in Redis: each key's name, shape, size and end.

The scripts beside this module see these names as the table `L`, so that no key is spelt anywhere else.
Times are milliseconds of Redis's own clock. `<lane>` is `decide`, `act` or `wait`.
"""

from rules import bounds

FORMAT = 1  # of event and run records; a worker that finds another number puts the row back

# --- accepting ---
EVENT = "dh:event:"  # <id> → string: format byte, zlib of header and body, then decisions as JSON lines.
#                      About 1 kB for a body of 2 kB. Ends KEEP_DAYS after it was decided.
EVENTS = "dh:events"  # sorted set: event id, score = when accepted. Trimmed with the events.
SEEN = "dh:seen:"  # <hour of creation>:<level>:<slot> → set of 63-bit hashes of ids, at most SEEN_BUCKET
#                    each (an intset, 9 bytes an event). Ends SEEN_SECONDS after its last addition.
SEEN_ONE = "dh:seen-one:"  # <hash> → "1", for what came without a time of creation. Same end.
ROOM = "dh:room"  # hash: at, used, max: Redis's memory as last looked at. One key.
COUNT = "dh:count"  # hash: counter → number, what /metrics shows. One key, a few dozen fields.

# --- the due list: one structure, three lanes, so that no kind of work wades through another's ---
DUE = "dh:due:"  # <lane> → sorted set: event id, run id or wait, score = when to look (again)
CLAIMS = "dh:claims:"  # <lane> → hash: row → "worker|token|attempts|not before"; gone when the row is
WAIT = "dh:wait:"  # <run id>, or quiet:<mode>:<rule>:<key> → hash: the rule that was put off, for which event, and its
#                    generation, one more each time it is armed; for `missing`, how long. At most WAITS. Ends when it is
#                    judged, or DEAD_DAYS after it was due
DEAD = "dh:dead"  # hash: "<lane> <id>" → JSON {at, attempts}; until replayed, or DEAD_DAYS
WAKE = "dh:wake:"  # <lane> → "1" while a wake-up is under way; ends after WAKE_MILLISECONDS
QUEUE = "dh:q:"  # <lane> → list, Celery's own; a few messages of 1 kB at most
REPLAYS = "dh:replays"  # hash: event id → JSON {number, by, why}, from the asking until it is decided again, or dead
PAUSED = "dh:paused"  # string: JSON {by, why, at}; ends when a person resumes
SILENCES = "dh:silences"  # hash: id → JSON of a rules.silences.Silence, at most SILENCES_MOST. Ends with the last
TRIES = "dh:tries:"  # <hash of an address> → number of tries to open the console. Ends after TRIES_SECONDS
SIGNED_OUT = "dh:signed-out:"  # <hash of a session's token> → "1". Ends after SIGNED_IN_SECONDS
HISTORY = "dh:history"  # stream: a JSON line {by, did, about, why} for what a person did. The latest HISTORY_LINES

# --- workers ---
WORKERS = "dh:workers"  # hash: worker → JSON {beat, rules, version, act}; a field ends with its worker
TICK = "dh:tick"  # string: when anybody ticked last
GRACE = "dh:grace"  # string: after a silence of all, nobody is held dead. Ends after GRACE_MILLISECONDS
EPOCH = "dh:epoch"  # string: "<uuid> <since>"; no end: if it is gone, so is all that we knew
BOOK = "dh:book:"  # <digest> → JSON: the rules' outlines, of some 600 bytes each. Ends with the events

# --- Heroku's API ---
BUDGET = "dh:budget"  # hash: left, at: the account's pool as we know it; and `:flying`, calls not answered yet. A day
VAULT = "dh:vault"  # string: the access token got by OAuth, sealed under the refresh token. Ends with the token
VAULT_LOCK = "dh:vault-lock"  # string: who is getting a new one. Ends by itself within seconds
AUDIT = "dh:audit"  # stream: a JSON line a call, made or denied, of about 350 bytes. The latest AUDIT_LINES

# --- gates ---
REPEAT = "dh:repeat:"  # <content digest> → event id. Ends after REPEAT_MILLISECONDS
WINDOW = "dh:window:"  # <mode>:<rule>:<key> → sorted set: event id, score = its time. Ends when no event that the
#                          rule would still act on can stand in one window with the last
COOLDOWN = "dh:cooldown:"  # <mode>:<rule>:<key> → run id. Ends with the cooldown
LIMIT = "dh:limit:"  # <mode>:<rule> → sorted set: run id, "!" before it once it had an effect. Ends with the limit
CAME = "dh:came:"  # <partner>:<app>:<values> → sorted set: event id, score = its time; for `after` and `missing`. At
#                    most CAME_MOST, the newest. Ends when no rule looks so far back
LAST = "dh:last:"  # <include>:<path>:<id> → hash: the state `now`, since `at`, as `event` told, and what it `was`
#                    before; for `changed`. Ends 90 days after it was last told of, a day after it was destroyed
TRACES = "dh:traces:"  # <came or last> → sorted set: the keys of that kind, score = when each ends. At most TRACES_MOST
BREAKER = "dh:breaker:"  # <mode>:<rule> → JSON {at, event, max, within}; ends when a person closes it
LINE = "dh:line:"  # <rule>:<key> → list of run ids, the first one at work. At most LINE_LENGTH + 1
OWN = "dh:own:"  # <id of what we made> → run id, which ends after OWN_SECONDS; or <id>:<one change of ours to it>,
#                  which ends after SEEN_SECONDS, as Heroku tells of a change no later
INTENT = "dh:intent:"  # <app>:<kind>:<target> → run id, from before a call until its answer is written

# --- runs ---
SYSTEM = "system"  # the rule name of runs that only tell of the service's own trouble
RUN = "dh:run:"  # <event>:<rule> → hash: plan, event, state, a journal line a step. Ends RUN_DAYS after its end
RUNS = "dh:runs"  # sorted set: run id, score = when planned. Trimmed with the runs
LOCK = "dh:lock:"  # <app> → run id, while a step that may change the app looks at it and changes it
BAD = "dh:bad:"  # <app> → hash: id of a release, or its slug, that was taken back → run id. Ends after BAD_DAYS
NOTHING = "dh:nothing"  # never exists; deleting it is the write that frees, with which finishing scripts open
OUTBOX = "dh:outbox:"  # <target> → hash: the run that takes notes (open), the one that sends (busy), when the next may
#                        (next), number, at. Ends RUN_DAYS after the last note; the notes stand in the runs
EXIT = "dh:exit:"  # <one-off dyno that a run of ours started> → its exit status. Ends after EXIT_SECONDS
ANSWER = (
    "dh:answer:"  # <run>:<step> → hash: what an agent has said so far, of at most 80 kB; by which worker it is heard,
)
#                        and how it ended. Ends ANSWER_SECONDS after it was last written
CRASHED = "dh:crashed:"  # <release> → number of crashes seen. Ends after RUN_DAYS

# --- numbers ---
SEEN_SECONDS = 80 * 3600  # Heroku repeats for 72 h
SEEN_BUCKET = 500  # above 512 a set of integers stops being compact
SEEN_LEVELS = 10  # level n has 4^n slots: room for 175 million events of one hour
ROOM_MILLISECONDS = 100  # how long a look at the memory is good for
FULL_SHARE = 0.8  # of maxmemory: from here on deliveries are refused
KEEP_SHARE = 0.7  # of maxmemory: from here on the oldest are let go, whatever KEEP_MEGABYTES says
TIDY_PAGE = 500  # of an index, read at once
TIDY_LOOKS = 10_000  # at events and runs in one call, most of them dead letters or under way
DEEP = 100_000  # rows due: from here on deliveries are refused
WAKE_MILLISECONDS = 1_000
QUEUE_DEPTH = 20  # wake-ups that may wait; each is worth a whole batch
ATTEMPTS = 5  # claims that may run out before a row is a dead letter
LEASE_MILLISECONDS = 60_000  # longer than the longest call (20 s) and its margin
UNKNOWN_MILLISECONDS = 30_000  # after a call with no known outcome, nobody looks sooner
DEAD_WORKER_MILLISECONDS = 6_000  # without a beat; a worker beats each second
GRACE_MILLISECONDS = 3_000
YOUNG_MILLISECONDS = 3_600_000  # of an epoch: so long workers see to it that its beginning was told of
REPEAT_MILLISECONDS = bounds.REPEAT_MILLISECONDS
PARK_MILLISECONDS = 2_000  # an event that overtook the answer to the call that caused it
WAITS = bounds.WAITS
WAITED_MILLISECONDS = 86_400_000  # so long after a wait is over its event stays: a pause may keep it from being judged
AFTER_MILLISECONDS = bounds.AFTER_MILLISECONDS
MISSING_MILLISECONDS = bounds.MISSING_MILLISECONDS
PUT_OFF_MILLISECONDS = 2_000  # while an event that may be the missing partner is not decided
UNDECIDED_LOOKS = 500  # at events in hand, whether one of them is such
CAME_MOST = bounds.CAME_MOST
TRACES_MOST = 10_000  # of each kind, of about 400 bytes each; those that end first are forgotten first
CHAIN_DEPTH = 3  # runs that may cause each other, by what they made
LINE_LENGTH = bounds.LINE_LENGTH
INTENT_MILLISECONDS = 900_000
LOCK_MILLISECONDS = LEASE_MILLISECONDS
RUN_DAYS = 30
BAD_DAYS = 90
OWN_SECONDS = BAD_DAYS * 86_400  # a release that we made may crash long after; then people must hear whose it is
DEAD_DAYS = 30
EXIT_SECONDS = 2 * 86_400  # a one-off lives for a day at most, and the run that started it looks every few seconds
AUDIT_LINES = 3_000
SILENCES_MOST = 100
HISTORY_LINES = 500
TRIES_SECONDS = 600
SIGNED_IN_SECONDS = 12 * 3600  # to the console, from the password on: a shift
ANSWER_SECONDS = 86_400
NOTES_SHOWN = 20  # of one message; each whole while all together have at most NOTES_BYTES, the others in short
NOTES_BYTES = 20_000
NOTES_KNOWN = 1_000  # by their keys; of more only the number is kept
TROUBLES_KNOWN = 50  # of those that the notes tell of which are not shown: how often, and whether it is over
