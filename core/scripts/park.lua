-- park: puts a claimed row back, to be looked at again after a while.
-- ARGV   1 lane, 2 row, 3 token, 4 milliseconds
-- Answer 1, or 0 if the row is another's now
-- Promise no attempt is counted: the row was in good hands.

redis.call('DEL', L.NOTHING)
local lane, row = ARGV[1], ARGV[2]
if not holds(lane, row, ARGV[3]) then return 0 end
redis.call('HDEL', L.CLAIMS .. lane, row)
redis.call('ZADD', L.DUE .. lane, 'XX', text(now_ms() + tonumber(ARGV[4])), row)
return 1
