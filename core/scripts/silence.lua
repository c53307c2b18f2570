-- silence: a person has rules do nothing about some apps for a while.
-- ARGV   1 id, 2 JSON {id, app, rule, by, why}, 3 milliseconds, 4 line for the history
-- Answer the silence (JSON), or nil if there are too many
-- Promise it can be done on a full Redis too, which is when somebody may want it; it ends by itself.

redis.call('DEL', L.NOTHING)
local now, lasts = now_ms(), tonumber(ARGV[3])
if drop_silences(now) >= L.SILENCES_MOST then return nil end
local silence = cjson.decode(ARGV[2])
silence.at, silence['until'] = now, now + lasts
local said = cjson.encode(silence)
redis.call('HSET', L.SILENCES, ARGV[1], said)
local left = redis.call('PTTL', L.SILENCES)
redis.call('PEXPIRE', L.SILENCES, text(math.max(lasts, left)))
remember(ARGV[4])
return said
