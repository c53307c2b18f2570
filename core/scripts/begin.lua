-- begin: the last look before a call that changes something.
-- ARGV   1 run, 2 token, 3 step, 4 its journal line (JSON), 5 app, 6... what the call intends, as <app>:<kind>:<target>
-- Answer 'go', 'lost' (another's now), 'paused', or 'locked' (another call changes this app)
-- Promise after 'go' the step stands as started, its intents are open, the app is locked and the lease is whole.
--        It is done on a full Redis too: what is under way must come to its end.

redis.call('DEL', L.NOTHING)
local run, token, app = ARGV[1], ARGV[2], ARGV[5]
if not holds('act', run, token) then return 'lost' end
if redis.call('EXISTS', L.PAUSED) == 1 then return 'paused' end
if not lock(app, run) then return 'locked' end
local now = now_ms()
for i = 6, #ARGV do
  redis.call('SET', L.INTENT .. ARGV[i], run, 'PX', L.INTENT_MILLISECONDS)
end
redis.call('HSET', L.RUN .. run, ARGV[3], ARGV[4])
local claim = claim_of('act', run)
claim.not_before = now + L.UNKNOWN_MILLISECONDS
write_claim('act', run, claim)
redis.call('ZADD', L.DUE .. 'act', 'XX', text(now + L.LEASE_MILLISECONDS), run)
return 'go'
