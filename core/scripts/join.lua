-- join: hands a note to a target, where it goes out in one message with all that come until a worker takes them along.
-- ARGV   1 target, 2 key of the note, 3 note (JSON), 4 the same in short, 5 plan (JSON), 6 ms to wait for others, 7 envelope for `act`
--        8 the trouble that it tells of, 9 '1' if that is over, else '0'
-- Answer the run that will send it
-- Promise what is handed over twice with one key goes out once while it waits. However many come, a message stays small:
--        of those beyond what it shows only the number is kept, and of each trouble how often it was told of, and
--        whether it was over in the end.

redis.call('DEL', L.NOTHING)
local target, note, now = ARGV[1], 'note:' .. ARGV[2], now_ms()
local outbox = L.OUTBOX .. target
redis.call('HSET', outbox, 'at', text(now))
redis.call('EXPIRE', outbox, L.RUN_DAYS * 86400)

-- The run whose message is still open: it takes more until it is under way.
local function open_run()
  local run = redis.call('HGET', outbox, 'open')
  if not run then return nil end
  local is = redis.call('HMGET', L.RUN .. run, 'format', 'finished_at')
  return is[1] and not is[2] and run or nil
end

local function plan_run()
  local number = redis.call('HINCRBY', outbox, 'number', 1)
  local run = 'tell:' .. target .. ':' .. text(now) .. ':' .. text(number)
  if target == L.SYSTEM then run = L.SYSTEM .. ':' .. run end -- its own trouble is not told of in turn
  local due = math.max(now + tonumber(ARGV[6]), tonumber(redis.call('HGET', outbox, 'next') or 0))
  redis.call('HSET', L.RUN .. run, 'format', L.FORMAT, 'plan', ARGV[5], 'state', 'due', 'rule', L.SYSTEM, 'mode', 'live',
    'key', target, 'planned_at', text(now))
  redis.call('EXPIRE', L.RUN .. run, L.RUN_DAYS * 86400)
  redis.call('ZADD', L.RUNS, text(now), run)
  redis.call('ZADD', L.DUE .. 'act', text(due), run)
  redis.call('HSET', outbox, 'open', run)
  if due <= now then arm('act', ARGV[7]) end
  return run
end

local run = open_run() or plan_run()
local key = L.RUN .. run

local function count_trouble()
  local trouble = 'trouble:' .. ARGV[8]
  local before = redis.call('HGET', key, trouble)
  if not before and redis.call('HINCRBY', key, 'troubles', 1) > L.TROUBLES_KNOWN then return end
  local times = tonumber(string.match(before or '0', '^%d+')) + 1
  redis.call('HSET', key, trouble, text(times) .. ' ' .. ARGV[9])
end

if redis.call('HEXISTS', key, note) == 1 then return run end
local count = redis.call('HINCRBY', key, 'notes', 1)
if count > L.NOTES_SHOWN then count_trouble() end
local place = string.format('%04.0f ', math.min(count, 9999)) -- a hash has no order
if count == 1 or redis.call('HINCRBY', key, 'bytes', #ARGV[3]) <= L.NOTES_BYTES and count <= L.NOTES_SHOWN then
  redis.call('HSET', key, note, place .. ARGV[3])
elseif count <= L.NOTES_SHOWN then
  redis.call('HSET', key, note, place .. ARGV[4])
elseif count <= L.NOTES_KNOWN then
  redis.call('HSET', key, note, '')
end
return run
