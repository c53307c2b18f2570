-- waited: judges rules that were put off and whose time has come, by the gates that are left.
-- ARGV   1 token, 2 envelope for `act`, 3 seconds to keep a decided event; then four for each wait:
--        row, generation, decision (a JSON object without its closing brace), rule (JSON, as in `decide`)
-- Answer one JSON text a wait: {"lost": true}, {"parked": true}, {"failed": "why"} or {"gates": [[index, gate, ...]]}
-- Promise a wait is judged once, by whoever holds its claim, and not if it was armed anew meanwhile. What is said of it stands
--        with its event. Nothing is judged while an event that came in time, and may be what is waited for, is not decided:
--        after a pause there may be many of them.

redis.call('DEL', L.NOTHING)

-- Does an event that was accepted before `instant` wait to be decided, or is it being decided? Dead letters do not count. Where
-- too many rows would have to be looked at, the answer is yes.
local function undecided_before(instant)
  local due = L.DUE .. 'decide'
  if #redis.call('ZRANGEBYSCORE', due, '-inf', text(instant), 'LIMIT', 0, 1) > 0 then return true end
  local later = redis.call('ZRANGEBYSCORE', due, '(' .. text(instant), '+inf', 'LIMIT', 0, L.UNDECIDED_LOOKS)
  if #later == L.UNDECIDED_LOOKS then return true end
  for _, id in ipairs(later) do -- claimed or parked, so that their scores do not tell when they came
    if tonumber(redis.call('ZSCORE', L.EVENTS, id) or 0) < instant then return true end
  end
  return false
end

local function judge_wait(row, generation, decision, said)
  local key = L.WAIT .. row
  local held = redis.call('HMGET', key, 'generation', 'kind', 'event', 't', 'run', 'number', 'depth', 'due', 'within')
  if held[1] ~= generation or not holds('wait', row, token) then return '{"lost":true}' end
  local rule, kind, id = cjson.decode(said), held[2], held[3]
  rule.run, rule.number, rule.depth, rule.waited = held[5], tonumber(held[6]), tonumber(held[7]), tonumber(held[9])
  if #rule.gate == 0 and undecided_before(tonumber(held[8])) then
    redis.call('ZADD', L.DUE .. 'wait', text(now + L.PUT_OFF_MILLISECONDS), row)
    redis.call('HDEL', L.CLAIMS .. 'wait', row)
    return '{"parked":true}'
  end
  local gate = (#rule.gate > 0 and rule.gate) or judge(id, tonumber(held[4]), rule, kind)
  if redis.call('HGET', key, 'generation') == generation then end_wait(row) end -- else it waits on
  local gates = cjson.encode({numbered(rule.index, gate)})
  local left = redis.call('PTTL', L.EVENT .. id) -- none if it is about to be decided again
  local line = decision .. ',"w":"' .. kind .. '","g":' .. gates .. ',"at":' .. text(now) .. '}\n'
  append(id, line, left < 0 and left or math.max(left, keep * 1000))
  return '{"gates":' .. gates .. '}'
end

local answers = {}
for i = 4, #ARGV, 4 do
  local fine, answer = pcall(judge_wait, ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  answers[#answers + 1] = fine and answer or failure(answer)
end
return answers
