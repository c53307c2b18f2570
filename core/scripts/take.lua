-- take: what one message is to say; from here on nothing more joins it.
-- ARGV   1 run, 2 token, 3 target, 4 ms until the next message
-- Answer the number of notes, those to show, and the troubles of the others, each with "<times> <1 if it is over>"; 'busy' while an earlier message to the target is under way; 'lost' if the
--        run is another's now
-- Promise one message to a target is under way at a time, and says the same however often it is tried.

redis.call('DEL', L.NOTHING)
local run, outbox, now = ARGV[1], L.OUTBOX .. ARGV[3], now_ms()
if not holds('act', run, ARGV[2]) then return 'lost' end

local busy = redis.call('HGET', outbox, 'busy')
if busy and busy ~= run then
  local is = redis.call('HMGET', L.RUN .. busy, 'format', 'finished_at')
  if is[1] and not is[2] then return 'busy' end
end
redis.call('HSET', outbox, 'busy', run, 'next', text(now + tonumber(ARGV[4])))
if redis.call('HGET', outbox, 'open') == run then
  redis.call('HDEL', outbox, 'open')
end

local notes, troubles = {}, {}
local fields = redis.call('HGETALL', L.RUN .. run)
for i = 1, #fields, 2 do
  if string.match(fields[i], '^note:') and fields[i + 1] ~= '' then notes[#notes + 1] = fields[i + 1] end
  local trouble = string.match(fields[i], '^trouble:(.*)')
  if trouble then
    troubles[#troubles + 1] = trouble
    troubles[#troubles + 1] = fields[i + 1]
  end
end
return {redis.call('HGET', L.RUN .. run, 'notes') or '0', notes, troubles}
