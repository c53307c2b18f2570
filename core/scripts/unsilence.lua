-- unsilence: a person ends a silence.
-- ARGV   1 id, 2 line for the history
-- Answer 1, or 0 if it was over already
-- Promise what it kept from being done is not done now.

redis.call('DEL', L.NOTHING)
local gone = redis.call('HDEL', L.SILENCES, ARGV[1])
if gone == 1 then remember(ARGV[2]) end
return gone
