-- drop: takes a claimed row off the due list, as what it stood for is gone.
-- ARGV   1 lane, 2 row, 3 token
-- Answer 1, or 0 if the row is another's now
-- Promise only the holder drops it.

redis.call('DEL', L.NOTHING)
if not holds(ARGV[1], ARGV[2], ARGV[3]) then return 0 end
redis.call('ZREM', L.DUE .. ARGV[1], ARGV[2])
redis.call('HDEL', L.CLAIMS .. ARGV[1], ARGV[2])
if ARGV[1] == 'wait' then redis.call('DEL', L.WAIT .. ARGV[2]) end
return 1
