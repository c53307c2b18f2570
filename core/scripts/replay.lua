-- replay: a person has an event decided again, or a dead run or wait go on.
-- ARGV   1 lane, 2 event, run id or wait, 3 JSON {number, by, why}, 4 envelope for the lane, 5 line for the history
-- Answer 'replayed', 'waiting' (it is on the due list as it is), or 'unknown'
-- Promise only what is at rest is put back, so nothing is worked on twice at once.

redis.call('DEL', L.NOTHING)
local lane, id = ARGV[1], ARGV[2]
local kept = {decide = L.EVENT, act = L.RUN, wait = L.WAIT}
if redis.call('EXISTS', kept[lane] .. id) == 0 then return 'unknown' end
if redis.call('ZSCORE', L.DUE .. lane, id) then return 'waiting' end
local now = now_ms()
if lane ~= 'decide' and redis.call('HEXISTS', L.DEAD, lane .. ' ' .. id) == 0 then return 'waiting' end
remember(ARGV[5])
if lane == 'decide' then
  redis.call('HSET', L.REPLAYS, id, ARGV[3])
  redis.call('PERSIST', L.EVENT .. id)
elseif lane == 'act' then
  redis.call('HSET', L.RUN .. id, 'state', 'due', 'replay', ARGV[3])
  redis.call('HDEL', L.RUN .. id, 'finished_at')
  redis.call('PERSIST', L.RUN .. id)
  local line = redis.call('HGET', L.RUN .. id, 'line')
  if line then
    local place = redis.call('RPUSH', line, id)
    redis.call('EXPIRE', line, L.RUN_DAYS * 86400)
    if place > 1 then
      redis.call('HSET', L.RUN .. id, 'state', 'queued')
      redis.call('HDEL', L.DEAD, 'act ' .. id)
      return 'replayed'
    end
  end
end
redis.call('HDEL', L.DEAD, lane .. ' ' .. id)
redis.call('ZADD', L.DUE .. lane, text(now), id)
arm(lane, ARGV[4])
return 'replayed'
