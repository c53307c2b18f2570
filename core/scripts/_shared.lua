-- What several scripts use. Stands before each of them; L holds the layout's names and numbers.

-- Milliseconds by Redis's clock, the only one that counts.
local function now_ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

-- Whole milliseconds as Redis wants them; Lua would write large ones as 1.7e+12.
local function text(ms)
  return string.format('%.0f', ms)
end

-- Puts one wake-up on a lane's queue, unless plenty wait. Whoever decides judges the waits too.
local function push_wake(lane, envelope)
  if lane == 'wait' then lane = 'decide' end
  if redis.call('LLEN', L.QUEUE .. lane) < L.QUEUE_DEPTH then
    redis.call('LPUSH', L.QUEUE .. lane, envelope)
  end
end

-- Wakes a worker, unless somebody did within the last second.
local function arm(lane, envelope)
  if redis.call('SET', L.WAKE .. lane, '1', 'NX', 'PX', L.WAKE_MILLISECONDS) then
    push_wake(lane, envelope)
  end
end

-- Writes down what a person did, in the same step as the deed.
local function remember(line)
  redis.call('XADD', L.HISTORY, 'MAXLEN', '~', L.HISTORY_LINES, '*', 'line', line)
end

-- Lets go of silences that are over; answers how many stand.
local function drop_silences(now)
  local standing, kept = 0, redis.call('HGETALL', L.SILENCES)
  for i = 1, #kept, 2 do
    if cjson.decode(kept[i + 1])['until'] <= now then
      redis.call('HDEL', L.SILENCES, kept[i])
    else
      standing = standing + 1
    end
  end
  return standing
end

-- A claim as it stands on a row: worker, token, attempts, not before. Nil where nobody has claimed it.
local function claim_of(lane, row)
  local value = redis.call('HGET', L.CLAIMS .. lane, row)
  if not value then return nil end
  local worker, token, attempts, not_before = string.match(value, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)$')
  return {worker = worker, token = token, attempts = tonumber(attempts), not_before = tonumber(not_before)}
end

local function write_claim(lane, row, claim)
  redis.call('HSET', L.CLAIMS .. lane, row,
    claim.worker .. '|' .. claim.token .. '|' .. text(claim.attempts) .. '|' .. text(claim.not_before))
end

-- Does the caller still hold the row?
local function holds(lane, row, token)
  local claim = claim_of(lane, row)
  return claim ~= nil and claim.token == token
end

-- All rows of a worker become due, one in the middle of a call not before its outcome can be known; answers how many. A claim
-- that is not forgotten counts as failed when the row is claimed again.
local function free_rows_of(worker, now, forget)
  local freed = 0
  for _, lane in ipairs({'decide', 'act', 'wait'}) do
    local claims = redis.call('HGETALL', L.CLAIMS .. lane)
    for i = 1, #claims, 2 do
      local claim = claim_of(lane, claims[i])
      if claim.worker == worker then
        if forget then redis.call('HDEL', L.CLAIMS .. lane, claims[i]) end
        redis.call('ZADD', L.DUE .. lane, 'XX', text(math.max(now, claim.not_before)), claims[i])
        freed = freed + 1
      end
    end
  end
  return freed
end

-- Locks an app for a run, or longer if that run has it already. False if it is another's.
local function lock(app, run)
  if redis.call('SET', L.LOCK .. app, run, 'NX', 'PX', L.LOCK_MILLISECONDS) then return true end
  if redis.call('GET', L.LOCK .. app) ~= run then return false end
  redis.call('PEXPIRE', L.LOCK .. app, L.LOCK_MILLISECONDS)
  return true
end

-- Makes a run's row due now; a run that somebody works on is left alone.
local function poke_run(run, now, envelope)
  if redis.call('HEXISTS', L.CLAIMS .. 'act', run) == 1 then return false end
  if not redis.call('ZSCORE', L.DUE .. 'act', run) then return false end
  redis.call('ZADD', L.DUE .. 'act', text(now), run)
  arm('act', envelope)
  return true
end

-- The next run of the same rule and key may start: takes `run` off its line and makes the new head due.
local function advance_line(run, now, envelope)
  local line = redis.call('HGET', L.RUN .. run, 'line')
  if not line then return end
  local was_head = redis.call('LINDEX', line, 0) == run
  redis.call('LREM', line, 0, run)
  local head = redis.call('LINDEX', line, 0)
  if was_head and head then
    redis.call('ZADD', L.DUE .. 'act', text(now), head)
    arm('act', envelope)
  end
end

-- How many runs of a rule had an effect within its limit's time: they stand with a "!". The others are under way; they
-- hold a place but open no breaker.
local function effects_of(limit, within, now)
  redis.call('ZREMRANGEBYSCORE', limit, '-inf', text(now - within))
  local had = 0
  for _, member in ipairs(redis.call('ZRANGE', limit, 0, -1)) do
    if string.sub(member, 1, 1) == '!' then had = had + 1 end
  end
  return had
end

-- The journal lines of a run whose names begin so; false for one that cannot be read.
local function journal_of(run, beginning)
  local lines, kept = {}, redis.call('HGETALL', L.RUN .. run)
  for i = 1, #kept, 2 do
    if string.find(kept[i], beginning, 1, true) == 1 then
      local fine, line = pcall(cjson.decode, kept[i + 1])
      lines[#lines + 1] = fine and type(line) == 'table' and line
    end
  end
  return lines
end

-- Whether a run changed something, or may have: a step of it was begun and nobody knows what came of it.
local function may_have_changed(run)
  for _, step in ipairs(journal_of(run, 'step:')) do
    if not step or step.changed or step.state == 'started' or step.state == 'unknown' then return true end
  end
  return false
end

-- At its end a run gives back its cooldown and its place under the limit, unless it had an effect.
local function settle_reservations(run, effect, now)
  local held = redis.call('HMGET', L.RUN .. run, 'cooldown', 'limit', 'limit_within')
  if held[2] and held[2] ~= '' then
    redis.call('ZREM', held[2], run)
    if effect then
      redis.call('ZADD', held[2], text(now), '!' .. run)
      redis.call('PEXPIRE', held[2], held[3])
    end
  end
  if held[1] and held[1] ~= '' and not effect and redis.call('GET', held[1]) == run then
    redis.call('DEL', held[1])
  end
end

-- Tells the `system` target, once for each id: a run of a single step, so that it is kept and repeated like any other.
-- `about` is a table of the one {run, event or rule} that it is about; nil if it is about none.
local function tell_system(id, message, now, envelope, about)
  local run = L.SYSTEM .. ':' .. id
  if redis.call('EXISTS', L.RUN .. run) == 1 then return end
  local plan = {rule = L.SYSTEM, steps = {{name = 'notify', action = 'notify', params = {to = L.SYSTEM, text = message}}},
    about = about}
  redis.call('HSET', L.RUN .. run, 'format', L.FORMAT, 'plan', cjson.encode(plan), 'state', 'due',
    'rule', L.SYSTEM, 'mode', 'live', 'planned_at', text(now))
  redis.call('EXPIRE', L.RUN .. run, L.RUN_DAYS * 86400)
  redis.call('ZADD', L.RUNS, text(now), run)
  redis.call('ZADD', L.DUE .. 'act', text(now), run)
  arm('act', envelope)
end

-- Stops a rule that had as many effects as its limit allows, until a person closes its breaker.
local function open_breaker(rule, mode, max, within, event, now, envelope)
  redis.call('SET', L.BREAKER .. mode .. ':' .. rule, cjson.encode({at = now, event = event, max = max, within = within}))
  redis.call('HINCRBY', L.COUNT, 'breakers_opened', 1)
  if mode ~= 'live' then return end
  tell_system('breaker:' .. rule .. ':' .. text(now), 'Rule ' .. rule .. ' reached its limit of ' .. max ..
    ' and is stopped until a person closes its breaker: bin/dynohook breaker close ' .. rule ..
    ' --why ...', now, envelope, {rule = rule})
end
