-- hold: the last look before a call that only reads, by a run that may change its app after it.
-- ARGV   1 run, 2 token, 3 app
-- Answer 'held', 'lost' (another's now), or 'locked' (another run is about to change this app)
-- Promise after 'held' the lease is whole and the app is locked until the step's outcome is written: no other run of ours
--        changes between our look and our call what the look saw.

redis.call('DEL', L.NOTHING)
local run, app = ARGV[1], ARGV[3]
if not holds('act', run, ARGV[2]) then return 'lost' end
if not lock(app, run) then return 'locked' end
redis.call('ZADD', L.DUE .. 'act', 'XX', text(now_ms() + L.LEASE_MILLISECONDS), run)
return 'held'
