-- claim: takes due rows of one lane for a worker, with a lease.
-- ARGV   1 lane, 2 worker, 3 token, 4 most rows, 5 envelope for the lane, 6 envelope for `act`
-- Answer two lists: the rows claimed, the rows given up (dead letters); and how many waits are due, for `decide` only
-- Promise a row is claimed by one token at a time. A row whose claim ran out once is claimed alone, so that a poison
--        event harms no neighbour; after ATTEMPTS such claims it is a dead letter, and `system` is told.

local lane, worker, token, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local due = L.DUE .. lane
redis.call('DEL', L.WAKE .. lane) -- frees, so the rest passes on a full Redis; cleared before the list is read
if redis.call('EXISTS', L.PAUSED) == 1 then return {{}, {}, 0} end

local now = now_ms()
local claimed, buried = {}, {}

-- A wait that was given up can be replayed for as long as it is shown, and for that its event is needed.
local function keep_wait(row)
  local event = L.EVENT .. (redis.call('HGET', L.WAIT .. row, 'event') or '')
  local left, needed = redis.call('PTTL', event), L.DEAD_DAYS * 86400000
  if left > 0 and left < needed then redis.call('PEXPIRE', event, text(needed)) end
  redis.call('PEXPIRE', L.WAIT .. row, text(needed))
end

local function bury(row, attempts)
  redis.call('HSET', L.DEAD, lane .. ' ' .. row, cjson.encode({at = now, attempts = attempts}))
  redis.call('ZREM', due, row)
  redis.call('HDEL', L.CLAIMS .. lane, row)
  redis.call('HINCRBY', L.COUNT, 'dead_letters', 1)
  if lane == 'decide' then
    redis.call('EXPIRE', L.EVENT .. row, L.DEAD_DAYS * 86400)
    redis.call('HDEL', L.REPLAYS, row)
  elseif lane == 'wait' then
    keep_wait(row)
  elseif redis.call('EXISTS', L.RUN .. row) == 1 then
    redis.call('HSET', L.RUN .. row, 'state', 'dead', 'finished_at', text(now))
    redis.call('EXPIRE', L.RUN .. row, L.RUN_DAYS * 86400)
    settle_reservations(row, may_have_changed(row), now)
    advance_line(row, now, ARGV[6])
  end
  if lane == 'act' and string.find(row, L.SYSTEM .. ':', 1, true) == 1 then return end -- else that too would be told
  local what = lane == 'decide' and 'event ' or lane == 'act' and 'run ' or 'wait '
  local event = lane == 'wait' and redis.call('HGET', L.WAIT .. row, 'event') or row
  local id = 'dead:' .. row
  if redis.call('EXISTS', L.RUN .. L.SYSTEM .. ':' .. id) == 1 then id = id .. ':' .. text(now) end -- replayed, and again
  tell_system(id, 'Dead letter: ' .. what .. row .. ' was given up after ' .. attempts ..
    ' workers died or hung on it. Look: bin/dynohook ' .. (lane == 'act' and 'runs' or 'events') .. ' show ' .. event, now, ARGV[6],
    lane == 'act' and {run = row} or {event = event})
end

for _, row in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', text(now), 'LIMIT', 0, most)) do
  local before = claim_of(lane, row)
  local attempts = before and before.attempts + 1 or 0
  if attempts >= L.ATTEMPTS then
    pcall(bury, row, attempts) -- it stands among the dead before anything can go wrong, which must not stop the lane
    buried[#buried + 1] = row
  elseif attempts == 0 or #claimed == 0 then
    redis.call('ZADD', due, text(now + L.LEASE_MILLISECONDS), row)
    write_claim(lane, row, {worker = worker, token = token, attempts = attempts, not_before = 0})
    claimed[#claimed + 1] = row
    if attempts > 0 then break end
  end
end

-- Whoever holds a row can be missed: it counts as alive from here on, though its first beat is still to come.
if #claimed > 0 then
  redis.call('HSETNX', L.WORKERS, worker, cjson.encode({beat = now, rules = '', version = ''}))
end
if redis.call('ZCOUNT', due, '-inf', text(now)) > 0 then arm(lane, ARGV[5]) end
return {claimed, buried, lane == 'decide' and redis.call('ZCOUNT', L.DUE .. 'wait', '-inf', text(now)) or 0}
