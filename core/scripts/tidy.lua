-- tidy: lets go what has had its time, and the oldest decided events while Redis holds more than it may.
-- ARGV   1 seconds to keep events, 2 bytes Redis may use, 3 most events to let go in one call
-- Answer events let go for memory
-- Promise an event that is not decided, or is a dead letter, is never let go.

redis.call('DEL', L.NOTHING)
local now = now_ms()
redis.call('ZREMRANGEBYSCORE', L.RUNS, '-inf', text(now - 2 * L.RUN_DAYS * 86400000))
local dead = redis.call('HGETALL', L.DEAD)
for i = 1, #dead, 2 do
  if now - cjson.decode(dead[i + 1]).at > L.DEAD_DAYS * 86400000 then redis.call('HDEL', L.DEAD, dead[i]) end
end

local memory = redis.call('INFO', 'memory')
local used = tonumber(string.match(memory, 'used_memory:(%d+)'))
local too_old = now - tonumber(ARGV[1]) * 1000
local over = used > tonumber(ARGV[2])
local let_go = 0
local oldest = redis.call('ZRANGE', L.EVENTS, 0, tonumber(ARGV[3]) - 1, 'WITHSCORES')
for i = 1, #oldest, 2 do
  local id, accepted = oldest[i], tonumber(oldest[i + 1])
  local old = accepted < too_old
  if not over and not old then break end
  local waiting = redis.call('ZSCORE', L.DUE .. 'decide', id) or redis.call('HEXISTS', L.DEAD, 'decide ' .. id) == 1
  if not waiting then
    redis.call('DEL', L.EVENT .. id)
    redis.call('ZREM', L.EVENTS, id)
    if not old then let_go = let_go + 1 end
  end
end
return let_go
