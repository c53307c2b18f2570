-- decide: writes down what was decided about claimed events, judges the gates that need state, and plans runs.
-- ARGV   1 token, 2 envelope for `act`, 3 seconds to keep a decided event; then four for each event:
--        id, decision (a JSON object without its closing brace), id of what it is about if a call of ours could have made it
--        (or ''), gates (JSON, or '' if no rule matched and nothing else is to be remembered)
--        gates: t (ms) · replay (number, 0 if none) · content · intents[] · crashed (release, or '') · crashed_text · account ·
--        rules[], each:
--        index, rule, key, mode, gate[] (judged already, or empty) · count[at_least, ms, ms an event may come late] ·
--        cooldown ms · limit[max, ms] · overlap · run, plan, app, app_name, give_up ms
-- Answer one JSON text an event: {"lost": true}, {"parked": true}, {"failed": "why"} or {"gates": [[index, gate, ...], ...]}
-- Promise an event is decided once, by whoever holds its claim; what a gate counts is counted in the same step that plans.
--        An event over which this script stumbles spoils none of its neighbours: its claim is left to run out.

redis.call('DEL', L.NOTHING)
local token, wake_act, keep = ARGV[1], ARGV[2], tonumber(ARGV[3])
local now = now_ms()

local WHOLE = {['repeat'] = 'repeats', ['own effect'] = 'own_effects', ['own account'] = 'own_effects'} -- their counters

-- The event repeats another's content, or is the effect of one of our own calls: the gate, or nil.
local function event_gate(id, maker, judged)
  if maker then return {'own effect', maker} end
  if judged.account then return {'own account'} end
  if judged.content ~= '' and judged.replay == 0 then
    local first = redis.call('GET', L.REPEAT .. judged.content)
    if first and first ~= id then return {'repeat', first} end
    redis.call('SET', L.REPEAT .. judged.content, id, 'PX', L.REPEAT_MILLISECONDS)
  end
  return nil
end

-- Sliding, by event time: does any stretch of `within` that holds this event hold `at_least`? Events come late and in
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

local function cooldown(rule)
  local key = L.COOLDOWN .. rule.mode .. ':' .. rule.rule .. ':' .. rule.key
  local left = redis.call('PTTL', key)
  if left > 0 then return {'cooldown', left} end
  return nil
end

-- Nothing comes back to what was passed over, so a person hears of it; once an hour, as it may be many.
local function pass_over(id, rule, max)
  if rule.mode ~= 'live' then return end
  tell_system('limit:' .. rule.rule .. ':' .. math.floor(now / 3600000), 'Rule ' .. rule.rule .. ' was not run for ' ..
    (rule.app_name ~= '' and rule.app_name or 'event ' .. id) .. ', and perhaps not for others: as many of its runs are' ..
    ' under way as its limit of ' .. max .. ' allows. A person has to look: dynohook events show ' .. id, now, wake_act)
end

local function limit(id, rule)
  local name = rule.mode .. ':' .. rule.rule
  if redis.call('EXISTS', L.BREAKER .. name) == 1 then return {'breaker'} end
  local key, max, within = L.LIMIT .. name, rule.limit[1], rule.limit[2]
  redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now - within))
  if redis.call('ZCARD', key) < max then return nil end
  local effects = effects_of(key, within, now)
  if effects < max then
    pass_over(id, rule, max)
    return {'limit', effects, max}
  end
  open_breaker(rule.rule, rule.mode, max, within, id, now, wake_act)
  return {'breaker opened', max}
end

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

-- A replay is asked for by a person: what fired once need not come together once more.
local function judge(id, t, rule, replayed)
  if rule.mode == 'live' and redis.call('EXISTS', L.RUN .. rule.run) == 1 then return {'planned before', rule.run} end
  local stopped = (rule.count and not replayed and window(id, t, rule)) or (rule.cooldown and cooldown(rule)) or
    (rule.limit and limit(id, rule))
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

local function close(id, decision)
  redis.call('ZREM', L.DUE .. 'decide', id)
  redis.call('HDEL', L.CLAIMS .. 'decide', id)
  redis.call('HDEL', L.REPLAYS, id)
  local record = redis.call('GET', L.EVENT .. id)
  if record then redis.call('SET', L.EVENT .. id, record .. decision, 'EX', keep) end -- APPEND would double its room
end

local function decide(id, decision, about, gates)
  if not holds('decide', id, token) then return '{"lost":true}' end
  local maker = about ~= '' and redis.call('GET', L.OWN .. about)
  if maker then poke_run(maker, now, wake_act) end -- it may be waiting for just this
  if gates == '' then
    close(id, decision .. ',"at":' .. text(now) .. '}\n')
    return '{"gates":[]}'
  end
  local judged = cjson.decode(gates)
  for _, intent in ipairs(maker and {} or judged.intents) do
    if redis.call('EXISTS', L.INTENT .. intent) == 1 then
      redis.call('ZADD', L.DUE .. 'decide', text(now + L.PARK_MILLISECONDS), id)
      redis.call('HDEL', L.CLAIMS .. 'decide', id)
      return '{"parked":true}'
    end
  end
  if judged.crashed ~= '' and judged.replay == 0 then
    redis.call('INCR', L.CRASHED .. judged.crashed)
    redis.call('EXPIRE', L.CRASHED .. judged.crashed, L.RUN_DAYS * 86400)
    local made_by = redis.call('GET', L.OWN .. judged.crashed)
    if made_by then
      tell_system('crash:' .. judged.crashed, 'A release that Dynohook made is crashing: ' .. judged.crashed_text ..
        ' (made by run ' .. made_by .. '). A person has to look.', now, wake_act)
    end
  end
  local t = math.min(judged.t, now)
  local whole = event_gate(id, maker, judged)
  if whole then redis.call('HINCRBY', L.COUNT, WHOLE[whole[1]], 1) end
  local results = {}
  for i, rule in ipairs(judged.rules) do
    local gate = (#rule.gate > 0 and rule.gate) or whole or judge(id, t, rule, judged.replay > 0)
    results[i] = {rule.index}
    for _, part in ipairs(gate) do table.insert(results[i], part) end
  end
  local said = #results > 0 and cjson.encode(results) or '[]'
  close(id, decision .. ',"g":' .. said .. ',"at":' .. text(now) .. '}\n')
  return '{"gates":' .. said .. '}'
end

local answers, decided = {}, 0
for i = 4, #ARGV, 4 do
  local fine, answer = pcall(decide, ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  if not fine then -- from Redis 7 on an error is a table
    answer = cjson.encode({failed = type(answer) == 'table' and answer.err or tostring(answer)})
  end
  answers[#answers + 1] = answer
  decided = decided + (string.sub(answer, 1, 8) == '{"gates"' and 1 or 0)
end
if decided > 0 then redis.call('HINCRBY', L.COUNT, 'decided', decided) end
return answers
