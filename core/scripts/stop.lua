-- stop: a person ends a run that is at rest or waits.
-- ARGV   1 run, 2 why, for people, 3 envelope for `act`, 4 line for the history
-- Answer 'stopped', 'over' (it has ended), 'busy' (a worker is at it), 'amid a call' (nobody knows what came of it yet), or
--        'unknown'
-- Promise no step of it is taken any more. It gives back its cooldown and its place under the limit, unless it changed
--        something, and the next of its line begins.

redis.call('DEL', L.NOTHING)
local run, key, now = ARGV[1], L.RUN .. ARGV[1], now_ms()
local facts = redis.call('HMGET', key, 'format', 'finished_at')
if not facts[1] then return 'unknown' end
if facts[2] then return 'over' end
for _, beginning in ipairs({'step:', 'failure:'}) do
  for _, step in ipairs(journal_of(run, beginning)) do
    if step and step.state == 'started' then return 'amid a call' end
  end
end
local due = redis.call('ZSCORE', L.DUE .. 'act', run)
if redis.call('HEXISTS', L.CLAIMS .. 'act', run) == 1 and due and tonumber(due) > now then return 'busy' end
redis.call('ZREM', L.DUE .. 'act', run)
redis.call('HDEL', L.CLAIMS .. 'act', run)
redis.call('HSET', key, 'state', 'stopped', 'note', ARGV[2], 'finished_at', text(now))
settle_reservations(run, may_have_changed(run), now)
advance_line(run, now, ARGV[3])
redis.call('EXPIRE', key, L.RUN_DAYS * 86400)
redis.call('HINCRBY', L.COUNT, 'runs_finished', 1)
redis.call('HINCRBY', L.COUNT, 'runs:stopped', 1)
remember(ARGV[4])
return 'stopped'
