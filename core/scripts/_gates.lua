-- The gates that only state can judge, and what lies behind them: a wait, or a run. Stands before `decide` and `waited`, whose
-- ARGV open alike: 1 token, 2 envelope for `act`, 3 seconds to keep a decided event.

local token, wake_act, keep = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now = now_ms()
local awaited = 0 -- for how many milliseconds the event in hand is needed for the waits that were armed

-- Writes a decision behind an event, which then stays for `life` milliseconds (negative: until something else is decided), or
-- longer if a wait needs it. Not by APPEND, which would double its room.
local function append(id, decision, life)
  local record = redis.call('GET', L.EVENT .. id)
  if record and life < 0 then
    redis.call('SET', L.EVENT .. id, record .. decision)
  elseif record then
    redis.call('SET', L.EVENT .. id, record .. decision, 'PX', text(math.max(life, awaited)))
  end
  awaited = 0
end

-- What somebody may miss who is not told; once an hour for each kind and rule, as it may be many.
local function tell_of(kind, id, rule, why)
  if rule.mode ~= 'live' then return end
  local app = rule.app_name ~= '' and rule.app_name or 'event ' .. id
  tell_system(kind .. ':' .. rule.rule .. ':' .. math.floor(now / 3600000), 'Rule ' .. rule.rule .. ' was not run for ' .. app ..
    ', and perhaps not for others: ' .. why .. ' A person has to look: bin/dynohook events show ' .. id, now, wake_act,
    {event = id})
end

-- Puts a rule off until `due`: the row, new or armed anew, is unclaimed, and its generation tells an older look at it apart.
-- `held` are fields that say which event is waited for, where that is not this one.
local function wait(row, kind, id, t, rule, due, held)
  local key = L.WAIT .. row
  if not redis.call('ZSCORE', L.DUE .. 'wait', row) then
    local waiting = redis.call('ZCARD', L.DUE .. 'wait')
    if waiting >= L.WAITS then
      tell_of('waits', id, rule, waiting .. ' events wait already, which is the most.')
      return {'waits full', waiting}
    end
    redis.call('HSETNX', key, 'since', text(now))
    redis.call('HINCRBY', L.COUNT, 'waits', 1)
  end
  redis.call('HINCRBY', key, 'generation', 1)
  redis.call('HSET', key, 'format', L.FORMAT, 'kind', kind, 'rule', rule.rule, 'key', rule.key, 'mode', rule.mode, 'due', text(due))
  if not held then
    redis.call('HSET', key, 'event', id, 't', text(t), 'run', rule.run, 'number', rule.number or 0, 'depth', rule.depth or 0)
  end
  redis.call('PEXPIRE', key, text(due - now + L.DEAD_DAYS * 86400000))
  redis.call('ZADD', L.DUE .. 'wait', text(due), row)
  redis.call('HDEL', L.CLAIMS .. 'wait', row)
  redis.call('HDEL', L.DEAD, 'wait ' .. row)
  awaited = math.max(awaited, due - now + L.WAITED_MILLISECONDS)
  return {'waits', kind, due}
end

local function end_wait(row)
  redis.call('ZREM', L.DUE .. 'wait', row)
  redis.call('HDEL', L.CLAIMS .. 'wait', row)
  redis.call('DEL', L.WAIT .. row)
end

-- changed: the value differs from what stood there before, by the time of the states: not the first one that was seen, not
-- overtaken by a newer one, from and to as wanted. An event that is judged again is held against the same state as before.
local function changed(id, wanted)
  local last = redis.call('HMGET', L.LAST .. wanted.key, 'event', 'was', 'now')
  if last[1] ~= id then return {'overtaken'} end
  if not last[2] then return {'first seen'} end
  if last[2] == last[3] then return {'unchanged', last[3]} end
  local function is_one_of(value, texts)
    if not texts then return true end
    for _, one in ipairs(texts) do
      if one == value then return true end
    end
    return false
  end
  if is_one_of(last[2], wanted.was) and is_one_of(last[3], wanted.now) then return nil end
  return {'other change', last[2], last[3]}
end

-- The first partner whose time lies between the two, both included; no event is its own partner.
local function came(partner, from, to, id)
  for _, other in ipairs(redis.call('ZRANGEBYSCORE', L.CAME .. partner.key, text(from), text(to), 'LIMIT', 0, 2)) do
    if other ~= id then return other end
  end
end

-- after: a partner came at most `within` before this event, or with it. If none did, it is looked for once more a little
-- later (`again`), as events overtake each other. Dynos tell whole seconds: all of such a second counts as with it.
local function after(id, t, rule, again)
  local last = t % 1000 == 0 and t + 999 or t
  if came(rule.after, t - rule.after.within, last, id) then return nil end
  if again then return {'after', rule.after.within} end
  return wait(rule.run, 'after', id, t, rule, now + L.AFTER_MILLISECONDS)
end

-- missing: no partner comes at most `within` after this event, or with it. Judged (`over`) MISSING_MILLISECONDS after the
-- deadline, or after the event was decided if that is later; once more if the rule gives more time by then than it `waited`.
local function missing(id, t, rule, over)
  local within = rule.missing.within
  local partner = came(rule.missing, t, t + within, id)
  if partner then return {'came', partner} end
  if over and within <= (rule.waited or within) then return nil end
  local gate = wait(rule.run, 'missing', id, t, rule, math.max(now, t + within) + L.MISSING_MILLISECONDS)
  if gate[1] == 'waits' then redis.call('HSET', L.WAIT .. rule.run, 'within', text(within)) end
  return gate
end

-- quiet: nothing more came for the key for so long, or it has been waited for `max_wait` since the first; then the event that is
-- the newest by its time goes on, of equal ones the one that came last.
local function quiet(id, t, rule)
  local row = 'quiet:' .. rule.mode .. ':' .. rule.rule .. ':' .. rule.key
  local before = redis.call('HMGET', L.WAIT .. row, 'since', 't')
  local due = math.min(now + rule.quiet[1], tonumber(before[1] or now) + rule.quiet[2])
  local gate = wait(row, 'quiet', id, t, rule, math.max(due, now), before[2] and tonumber(before[2]) > t)
  awaited = math.max(awaited, rule.quiet[2] + L.WAITED_MILLISECONDS)
  return gate
end

-- count: sliding, by event time: does any stretch of `within` that holds this event hold `at_least`? Events come late and in
-- any order, so each is kept until no event that the rule still acts on can stand in one stretch with it.
local function window(id, t, rule)
  local key = L.WINDOW .. rule.mode .. ':' .. rule.rule .. ':' .. rule.key
  local at_least, within, late = rule.count[1], rule.count[2], rule.count[3]
  redis.call('ZREMRANGEBYSCORE', key, '-inf', '(' .. text(math.min(t, now - late) - within))
  redis.call('ZADD', key, text(t), id)
  redis.call('PEXPIRE', key, text(late + within))
  local near = redis.call('ZRANGEBYSCORE', key, text(t - within), text(t + within), 'WITHSCORES')
  local best, first = 0, 2
  for last = 2, #near, 2 do
    local to = tonumber(near[last])
    while to - tonumber(near[first]) > within do first = first + 2 end
    if tonumber(near[first]) <= t and t <= to then best = math.max(best, (last - first) / 2 + 1) end
  end
  if best >= at_least then
    redis.call('DEL', key)
    return nil
  end
  return {'window', best, at_least}
end

-- cooldown: nothing was planned for this key lately that had an effect, or still may.
local function cooldown(rule)
  local key = L.COOLDOWN .. rule.mode .. ':' .. rule.rule .. ':' .. rule.key
  local left = redis.call('PTTL', key)
  if left > 0 then return {'cooldown', left} end
  return nil
end

-- limit: fewer than `max` runs of the rule, over all keys, had an effect within its time or are under way; when that many had
-- an effect, its breaker opens.
local function limit(id, rule)
  local name = rule.mode .. ':' .. rule.rule
  if redis.call('EXISTS', L.BREAKER .. name) == 1 then return {'breaker'} end
  local key, max, within = L.LIMIT .. name, rule.limit[1], rule.limit[2]
  redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now - within))
  if redis.call('ZCARD', key) < max then return nil end
  local effects = effects_of(key, within, now)
  if effects < max then
    tell_of('limit', id, rule, 'as many of its runs are under way as its limit of ' .. max .. ' allows.')
    return {'limit', effects, max}
  end
  open_breaker(rule.rule, rule.mode, max, within, id, now, wake_act)
  return {'breaker opened', max}
end

-- overlap: no run of the same rule and key is under way, or it may queue behind at most LINE_LENGTH.
local function overlap(rule)
  local waiting = redis.call('LLEN', L.LINE .. rule.rule .. ':' .. rule.key)
  if waiting > 0 and rule.overlap == 'skip' then return {'overlap', waiting} end
  if waiting > L.LINE_LENGTH then return {'line full', waiting} end
  return nil
end

local function reserve(rule, run, member)
  if rule.cooldown then
    local key = L.COOLDOWN .. rule.mode .. ':' .. rule.rule .. ':' .. rule.key
    redis.call('SET', key, run, 'PX', text(rule.cooldown))
  end
  if rule.limit then
    local key = L.LIMIT .. rule.mode .. ':' .. rule.rule
    redis.call('ZADD', key, text(now), member)
    redis.call('PEXPIRE', key, text(rule.limit[2]))
  end
end

local function plan_run(id, rule)
  local line = L.LINE .. rule.rule .. ':' .. rule.key
  local key = L.RUN .. rule.run
  redis.call('HSET', key, 'format', L.FORMAT, 'plan', rule.plan, 'rule', rule.rule, 'mode', rule.mode, 'key', rule.key,
    'app', rule.app, 'app_name', rule.app_name, 'event_id', id, 'event', redis.call('GET', L.EVENT .. id),
    'planned_at', text(now), 'give_up_at', text(now + rule.give_up), 'line', line)
  redis.call('HSET', key, 'cooldown', rule.cooldown and (L.COOLDOWN .. rule.mode .. ':' .. rule.rule .. ':' .. rule.key) or '',
    'limit', rule.limit and (L.LIMIT .. rule.mode .. ':' .. rule.rule) or '',
    'limit_max', rule.limit and rule.limit[1] or 0, 'limit_within', rule.limit and text(rule.limit[2]) or 0)
  if rule.depth and rule.depth > 0 then redis.call('HSET', key, 'depth', rule.depth) end
  redis.call('ZADD', L.RUNS, text(now), rule.run)
  redis.call('HINCRBY', L.COUNT, 'runs_planned', 1)
  local place = redis.call('RPUSH', line, rule.run)
  redis.call('EXPIRE', line, L.RUN_DAYS * 86400)
  if place > 1 then
    redis.call('HSET', key, 'state', 'queued', 'queued', '1')
    return {'queued', rule.run, place - 1}
  end
  redis.call('HSET', key, 'state', 'due')
  redis.call('ZADD', L.DUE .. 'act', text(now), rule.run)
  arm('act', wake_act)
  return {'planned', rule.run}
end

-- A replay takes the place of whatever the event was waited for by this rule.
local function supersede(id, rule)
  local rows = {id .. ':' .. rule.rule}
  for number = 1, rule.number - 1 do rows[#rows + 1] = id .. '#' .. number .. ':' .. rule.rule end
  local quiet_row = 'quiet:' .. rule.mode .. ':' .. rule.rule .. ':' .. rule.key
  if redis.call('HGET', L.WAIT .. quiet_row, 'event') == id then rows[#rows + 1] = quiet_row end
  for _, row in ipairs(rows) do end_wait(row) end
end

local STAGES = {after = 1, missing = 2, quiet = 3} -- how far a rule had come when it was put off

-- All gates in their order, from the one on at which the rule was put off (`over`). A replay is asked for by a person: what
-- fired once need not come together once more, nor be waited for.
local function judge(id, t, rule, over)
  if rule.mode == 'live' and redis.call('EXISTS', L.RUN .. rule.run) == 1 then return {'planned before', rule.run} end
  local stage, replayed = over and STAGES[over] or 0, (rule.number or 0) > 0
  if replayed and stage == 0 then supersede(id, rule) end
  local stopped = (stage < 1 and rule.changed and changed(id, rule.changed))
    or (stage < 2 and rule.after and after(id, t, rule, stage == 1))
    or (stage < 2 and rule.count and not replayed and window(id, t, rule))
    or (stage < 3 and rule.missing and missing(id, t, rule, stage == 2))
    or (stage < 3 and rule.quiet and not replayed and quiet(id, t, rule))
    or (rule.cooldown and cooldown(rule)) or (rule.limit and limit(id, rule))
  if stopped then return stopped end
  if rule.mode == 'shadow' then
    reserve(rule, rule.run, '!' .. rule.run)
    return {'shadow'}
  end
  stopped = overlap(rule)
  if stopped then return stopped end
  reserve(rule, rule.run, rule.run)
  return plan_run(id, rule)
end

-- A gate behind the index of its rule, as decisions keep it.
local function numbered(index, gate)
  local said = {index}
  for _, part in ipairs(gate) do said[#said + 1] = part end
  return said
end

-- From Redis 7 on an error is a table.
local function failure(err)
  return cjson.encode({failed = type(err) == 'table' and err.err or tostring(err)})
end
