-- correct: an answer came, perhaps with what Heroku says is left of the pool.
-- ARGV   1 pool (key), 2 the id of the call, 3 what is left by Heroku's word (or ''), 4 capacity
-- Answer 1
-- Promise Heroku's word counts, less the calls that were let through and are not answered yet.

local key, flying = ARGV[1], ARGV[1] .. ':flying'
redis.call('ZREM', flying, ARGV[2])
if ARGV[3] == '' then return 1 end
local left = math.min(tonumber(ARGV[4]), tonumber(ARGV[3]) - redis.call('ZCARD', flying))
redis.call('HSET', key, 'left', text(math.max(left, 0)), 'at', text(now_ms()))
redis.call('EXPIRE', key, 86400)
return 1
