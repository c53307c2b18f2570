-- tick: a worker's beat, once a second: says that it lives, frees what dead workers held, wakes whoever should work.
-- ARGV   1 worker, 2 its digest of rules, 3 its version, 4 where ACT stands for it, 5 an id for an epoch,
--        6 envelope for `decide`, 7 for `act`
-- Answer the epoch ("<id> <since>"), rows due now in `decide`, in `act` and in `wait`, rows freed, 1 if the epoch is young,
--        wake-ups that lie in the queue since before this beat
-- Promise while one worker ticks, no due row is forgotten, whatever messages were lost.

redis.call('DEL', L.NOTHING)
local now = now_ms()
local last = tonumber(redis.call('GET', L.TICK) or 0)
redis.call('SET', L.TICK, text(now), 'PX', 3600000)
redis.call('HSET', L.WORKERS, ARGV[1], cjson.encode({beat = now, rules = ARGV[2], version = ARGV[3], act = ARGV[4]}))

local epoch = redis.call('GET', L.EPOCH)
if not epoch then
  epoch = ARGV[5] .. ' ' .. text(now)
  redis.call('SET', L.EPOCH, epoch)
end

-- After a silence of all (Redis was frozen, or nobody was there) the others get time to beat before they count as dead.
if now - last > L.GRACE_MILLISECONDS then
  redis.call('SET', L.GRACE, '1', 'PX', L.GRACE_MILLISECONDS)
end

local freed = 0
if redis.call('EXISTS', L.GRACE) == 0 then
  local workers = redis.call('HGETALL', L.WORKERS)
  for i = 1, #workers, 2 do
    if now - cjson.decode(workers[i + 1]).beat > L.DEAD_WORKER_MILLISECONDS then
      freed = freed + free_rows_of(workers[i], now) -- their claims stay, and count as failed
      redis.call('HDEL', L.WORKERS, workers[i])
    end
  end
end

local paused = redis.call('EXISTS', L.PAUSED) == 1
local queued = redis.call('LLEN', L.QUEUE .. 'decide')
queued = queued + redis.call('LLEN', L.QUEUE .. 'act')
local answer = {epoch}
for _, lane in ipairs({'decide', 'act', 'wait'}) do
  local waiting = redis.call('ZCOUNT', L.DUE .. lane, '-inf', text(now))
  answer[#answer + 1] = waiting
  if waiting > 0 and not paused then
    redis.call('SET', L.WAKE .. lane, '1', 'PX', L.WAKE_MILLISECONDS)
    push_wake(lane, lane == 'act' and ARGV[7] or ARGV[6])
  end
end
answer[#answer + 1] = freed
answer[#answer + 1] = now - tonumber(string.match(epoch, '%d+$')) < L.YOUNG_MILLISECONDS and 1 or 0
answer[#answer + 1] = queued
return answer
