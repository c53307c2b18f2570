-- spend: takes one call out of the account's pool, which all processes share, before it is made.
-- ARGV   1 pool (key), 2 an id for the call, 3 capacity, 4 refill a second, 5 calls that must stay for others, 6 seconds a call
--        lasts at most
-- Answer milliseconds to wait, 0 if the call may be made now
-- Promise never more calls are let through than the pool held and refilled; a wait is exact, if nobody comes between.

redis.call('DEL', L.NOTHING)
local key, flying = ARGV[1], ARGV[1] .. ':flying'
local capacity, refill, keep = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local now = now_ms()
local known = redis.call('HMGET', key, 'left', 'at')
local left = capacity
if known[1] then
  left = math.min(capacity, tonumber(known[1]) + (now - tonumber(known[2])) / 1000 * refill)
end
if left - 1 < keep then
  return math.ceil((keep + 1 - left) / refill * 1000)
end
redis.call('HSET', key, 'left', string.format('%.6f', left - 1), 'at', text(now))
redis.call('EXPIRE', key, 86400)
redis.call('ZREMRANGEBYSCORE', flying, '-inf', text(now - tonumber(ARGV[6]) * 1000))
redis.call('ZADD', flying, text(now), ARGV[2])
redis.call('EXPIRE', flying, 3600)
return 0
