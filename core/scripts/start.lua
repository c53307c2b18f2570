-- start: a claimed run begins or goes on; one that had to queue passes its gates again.
-- ARGV   1 run, 2 token, 3 envelope for `act`
-- Answer 'started', 'lost', or the gate that stops it now: 'breaker'
-- Promise a breaker that opened while the run queued stops it; so does a limit that others reached meanwhile, which opens
--        the breaker. A run that starts holds its place under the limit from now on, however long it queued.

redis.call('DEL', L.NOTHING)
local run, key = ARGV[1], L.RUN .. ARGV[1]
if not holds('act', run, ARGV[2]) then return 'lost' end
local facts = redis.call('HMGET', key, 'queued', 'started_at', 'rule', 'mode', 'limit', 'limit_max', 'limit_within', 'event_id')
local queued, rule, mode, limit = facts[1] and not facts[2], facts[3], facts[4], facts[5]
local now = now_ms()
if queued and redis.call('EXISTS', L.BREAKER .. mode .. ':' .. rule) == 1 then return 'breaker' end
if queued and limit ~= '' then
  local max, within = tonumber(facts[6]), tonumber(facts[7])
  if effects_of(limit, within, now) >= max then
    open_breaker(rule, mode, max, within, facts[8], now, ARGV[3])
    return 'breaker'
  end
  redis.call('ZADD', limit, text(now), run)
  redis.call('PEXPIRE', limit, text(within))
end
redis.call('HSETNX', key, 'started_at', text(now))
redis.call('HSET', key, 'state', 'running')
return 'started'
