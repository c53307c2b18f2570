-- decide: writes down what was decided about claimed events, judges the gates that need state, and plans runs.
-- ARGV   1 token, 2 envelope for `act`, 3 seconds to keep a decided event; then four for each event:
--        id, decision (a JSON object without its closing brace), id of what it is about if a call of ours could have made it
--        (or ''), gates (JSON, or '' if no rule matched and nothing else is to be remembered)
--        gates: t (ms) · replay (number, 0 if none) · content · intents[] · crashed (release, or '') · crashed_text · account ·
--        made[] (ids of what else it is about that a run of ours may have made) · came[][key, ms to keep] ·
--        last[][key, ms of the state, value, ms to keep] · rules[], each:
--        index, rule, key, mode, gate[] (judged already, or empty) · changed{key, was[], now[]} ·
--        after{key, within} · count[at_least, ms, ms an event may come late] · missing{key, within} · quiet[ms, most ms] ·
--        cooldown ms · limit[max, ms] · overlap · stop · run, plan, app, app_name, give_up ms
-- Answer one JSON text an event: {"lost": true}, {"parked": true}, {"failed": "why"} or {"gates": [[index, gate, ...], ...]}
-- Promise an event is decided once, by whoever holds its claim; what a gate counts is counted in the same step that plans.
--        An event over which this script stumbles spoils none of its neighbours: its claim is left to run out.

redis.call('DEL', L.NOTHING)

local WHOLE = {['repeat'] = 'repeats', ['own effect'] = 'own_effects', ['own account'] = 'own_effects', chain = 'chains'} -- counters

-- repeat, own effect, own account, chain: the event repeats another's content, or is the effect of one of our own calls, or
-- more than CHAIN_DEPTH of our runs stand one behind the other before it. The gate, or nil.
local function event_gate(id, maker, depth, judged)
  if maker then return {'own effect', maker} end
  if judged.account then return {'own account'} end
  if judged.content ~= '' and judged.replay == 0 then
    local first = redis.call('GET', L.REPEAT .. judged.content)
    if first and first ~= id then return {'repeat', first} end
    redis.call('SET', L.REPEAT .. judged.content, id, 'PX', L.REPEAT_MILLISECONDS)
  end
  if depth > L.CHAIN_DEPTH then return {'chain', depth} end
  return nil
end

-- How many of our runs led to this event, one by another: one more than to the run that made what it is about.
local function depth_of(made)
  local depth = 0
  for _, id in ipairs(made) do
    local maker = redis.call('GET', L.OWN .. id)
    if maker then depth = math.max(depth, tonumber(redis.call('HGET', L.RUN .. maker, 'depth') or 0) + 1) end
  end
  return depth
end

-- A trace ends after `life`, or when there are too many that end later.
local function bound(kind, key, life)
  local index = L.TRACES .. kind
  redis.call('PEXPIRE', key, text(life))
  redis.call('ZREMRANGEBYSCORE', index, '-inf', text(now))
  redis.call('ZADD', index, text(now + life), key)
  local left = redis.call('PTTL', index)
  redis.call('PEXPIRE', index, text(math.max(life, left)))
  if redis.call('ZCARD', index) <= L.TRACES_MOST then return end
  local first = redis.call('ZRANGE', index, 0, 0)[1]
  redis.call('ZREM', index, first)
  redis.call('DEL', first)
  redis.call('HINCRBY', L.COUNT, 'traces_forgotten', 1)
end

-- What rules that look for partners of other events will look for.
local function leave_partner(id, t, key, life)
  redis.call('ZADD', L.CAME .. key, text(t), id)
  redis.call('ZREMRANGEBYSCORE', L.CAME .. key, '-inf', text(now - life))
  if redis.call('ZCARD', L.CAME .. key) > L.CAME_MOST then
    redis.call('ZREMRANGEBYRANK', L.CAME .. key, 0, 0)
  end
  bound('came', L.CAME .. key, life)
end

-- What rules that look for changes will look for. An older state never overwrites a newer one.
local function leave_state(id, key, at, value, life)
  local last = redis.call('HMGET', L.LAST .. key, 'event', 'at', 'now')
  if last[1] ~= id and (not last[2] or at >= tonumber(last[2])) then
    redis.call('HSET', L.LAST .. key, 'event', id, 'at', text(at), 'now', value)
    if last[3] then redis.call('HSET', L.LAST .. key, 'was', last[3]) end
  end
  bound('last', L.LAST .. key, life)
end

local function note_crash(judged)
  redis.call('INCR', L.CRASHED .. judged.crashed)
  redis.call('EXPIRE', L.CRASHED .. judged.crashed, L.RUN_DAYS * 86400)
  local made_by = redis.call('GET', L.OWN .. judged.crashed)
  if not made_by then return end
  tell_system('crash:' .. judged.crashed, 'A release that Dynohook made is crashing: ' .. judged.crashed_text ..
    ' (made by run ' .. made_by .. '). A person has to look.', now, wake_act, {run = made_by})
end

local function close(id, decision)
  redis.call('ZREM', L.DUE .. 'decide', id)
  redis.call('HDEL', L.CLAIMS .. 'decide', id)
  redis.call('HDEL', L.REPLAYS, id)
  append(id, decision, keep * 1000)
end

-- The rules in file order; the first live one with `stop` that plans a run, or queues one, stops those after it.
local function judge_rules(id, t, judged, whole, depth)
  local results, stopper = {}, nil
  for i, rule in ipairs(judged.rules) do
    rule.number, rule.depth = judged.replay, depth
    local gate = (#rule.gate > 0 and rule.gate) or whole or (stopper and {'stopped by', stopper}) or judge(id, t, rule)
    results[i] = numbered(rule.index, gate)
    if rule.stop and (gate[1] == 'planned' or gate[1] == 'queued') then stopper = rule.rule end
  end
  return results
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
  local t = math.min(judged.t, now)
  for _, left in ipairs(judged.came or {}) do leave_partner(id, t, left[1], left[2]) end
  for _, left in ipairs(judged.last or {}) do leave_state(id, left[1], math.min(left[2], now), left[3], left[4]) end
  if judged.crashed ~= '' and judged.replay == 0 then note_crash(judged) end
  local depth = depth_of(judged.made or {})
  local whole = event_gate(id, maker, depth, judged)
  if whole then redis.call('HINCRBY', L.COUNT, WHOLE[whole[1]], 1) end
  local results = judge_rules(id, t, judged, whole, depth)
  local said = #results > 0 and cjson.encode(results) or '[]'
  close(id, decision .. ',"g":' .. said .. ',"at":' .. text(now) .. '}\n')
  return '{"gates":' .. said .. '}'
end

local answers, decided = {}, 0
for i = 4, #ARGV, 4 do
  local fine, answer = pcall(decide, ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  if not fine then answer = failure(answer) end
  answers[#answers + 1] = answer
  decided = decided + (string.sub(answer, 1, 8) == '{"gates"' and 1 or 0)
end
if decided > 0 then redis.call('HINCRBY', L.COUNT, 'decided', decided) end
return answers
