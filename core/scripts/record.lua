-- record: writes what came of a step, and says what becomes of the run.
-- ARGV   1 run, 2 token, 3 envelope for `act`, 4 JSON: set {field: text} · own [ids] · bad {app, ids[]} · intents [..] to close ·
--        unlock (app) · tell {id, text} · then 'go on' | 'park' | 'finish' · milliseconds (park) · state · effect (finish) · repeat
-- Answer 'written', or 'lost' if the run is another's now
-- Promise what a call made is remembered as our own even if the claim was lost; the rest only by who holds it. A run that
--        changed nothing gives back its cooldown and its place under the limit.

redis.call('DEL', L.NOTHING)
local run, key, now = ARGV[1], L.RUN .. ARGV[1], now_ms()
local what = cjson.decode(ARGV[4])
for _, made in ipairs(what.own or {}) do
  local seconds = string.find(made, ':', 1, true) and L.SEEN_SECONDS or L.OWN_SECONDS
  redis.call('SET', L.OWN .. made, run, 'EX', seconds)
end
if not holds('act', run, ARGV[2]) then return 'lost' end

if what.unlock and redis.call('GET', L.LOCK .. what.unlock) == run then
  redis.call('DEL', L.LOCK .. what.unlock)
end
for _, intent in ipairs(what.intents or {}) do
  redis.call('DEL', L.INTENT .. intent)
end
for field, value in pairs(what.set or {}) do
  redis.call('HSET', key, field, value)
end
if what.bad then
  local bad = L.BAD .. what.bad.app
  for _, id in ipairs(what.bad.ids) do redis.call('HSET', bad, id, run) end
  redis.call('EXPIRE', bad, L.BAD_DAYS * 86400)
end
if what.tell then tell_system(what.tell.id, what.tell.text, now, ARGV[3], {run = run}) end

if what['then'] == 'park' then
  redis.call('HDEL', L.CLAIMS .. 'act', run)
  redis.call('ZADD', L.DUE .. 'act', 'XX', text(now + what.milliseconds), run)
elseif what['then'] == 'finish' then
  redis.call('ZREM', L.DUE .. 'act', run)
  redis.call('HDEL', L.CLAIMS .. 'act', run)
  redis.call('HSET', key, 'finished_at', text(now))
  settle_reservations(run, what.effect, now)
  advance_line(run, now, ARGV[3])
  redis.call('EXPIRE', key, L.RUN_DAYS * 86400)
  redis.call('HINCRBY', L.COUNT, 'runs_finished', 1)
  redis.call('HINCRBY', L.COUNT, 'runs:' .. (what.state or 'done'), 1)
else
  local claim = claim_of('act', run)
  claim.not_before = 0
  write_claim('act', run, claim)
end
if what.state then redis.call('HSET', key, 'state', what.state) end
return 'written'
