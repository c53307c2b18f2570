-- start: a claimed run begins or goes on; one that had to queue passes its gates again.
-- ARGV   1 run, 2 token
-- Answer 'started', 'lost', or the gate that stops it now: 'breaker'
-- Promise a breaker that opened while the run queued stops it.

redis.call('DEL', L.NOTHING)
local run, key = ARGV[1], L.RUN .. ARGV[1]
if not holds('act', run, ARGV[2]) then return 'lost' end
local facts = redis.call('HMGET', key, 'queued', 'rule', 'mode', 'limit', 'limit_max', 'started_at')
if facts[1] and not facts[6] then
  if redis.call('EXISTS', L.BREAKER .. facts[3] .. ':' .. facts[2]) == 1 then return 'breaker' end
  if facts[4] ~= '' then
    local effects = 0
    for _, member in ipairs(redis.call('ZRANGE', facts[4], 0, -1)) do
      if string.sub(member, 1, 1) == '!' then effects = effects + 1 end
    end
    if effects >= tonumber(facts[5]) then return 'breaker' end
  end
end
redis.call('HSETNX', key, 'started_at', text(now_ms()))
redis.call('HSET', key, 'state', 'running')
return 'started'
