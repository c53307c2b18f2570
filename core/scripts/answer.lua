-- answer: a person approves or denies what a run asked.
-- ARGV   1 run, 2 JSON {verdict, by, why}, 3 envelope for `act`, 4 line for the history
-- Answer 'answered', 'not asking', 'too late', or 'unknown'
-- Promise only a run that waits for approval is answered, once and in time, whenever a worker comes to look; it then goes
--        on at once.

redis.call('DEL', L.NOTHING)
local key, now = L.RUN .. ARGV[1], now_ms()
if redis.call('EXISTS', key) == 0 then return 'unknown' end
if redis.call('HGET', key, 'state') ~= 'needs approval' then return 'not asking' end
local ask_until = tonumber(redis.call('HGET', key, 'ask_until') or '')
if ask_until and now >= ask_until then return 'too late' end
local approval = cjson.decode(ARGV[2])
approval.at = now
approval.field = redis.call('HGET', key, 'asking')
redis.call('HSET', key, 'approval', cjson.encode(approval), 'state', 'due')
remember(ARGV[4])
poke_run(ARGV[1], now, ARGV[3])
return 'answered'
