-- answer: a person approves or denies what a run asked.
-- ARGV   1 run, 2 JSON {verdict, by, why}, 3 envelope for `act`
-- Answer 'answered', 'not asking', or 'unknown'
-- Promise only a run that waits for approval is answered, once; it goes on at once.

redis.call('DEL', L.NOTHING)
local key, now = L.RUN .. ARGV[1], now_ms()
if redis.call('EXISTS', key) == 0 then return 'unknown' end
if redis.call('HGET', key, 'state') ~= 'needs approval' then return 'not asking' end
local approval = cjson.decode(ARGV[2])
approval.at = now
approval.field = redis.call('HGET', key, 'asking')
redis.call('HSET', key, 'approval', cjson.encode(approval), 'state', 'due')
poke_run(ARGV[1], now, ARGV[3])
return 'answered'
