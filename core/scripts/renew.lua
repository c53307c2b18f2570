-- renew: a claim's lease starts anew, before a call that only reads.
-- ARGV   1 lane, 2 row, 3 token
-- Answer 'held', or 'lost' if the row is another's now
-- Promise after 'held' the row is the caller's for a whole lease.

redis.call('DEL', L.NOTHING)
if not holds(ARGV[1], ARGV[2], ARGV[3]) then return 'lost' end
redis.call('ZADD', L.DUE .. ARGV[1], 'XX', text(now_ms() + L.LEASE_MILLISECONDS), ARGV[2])
return 'held'
