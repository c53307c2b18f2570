-- lift: a person takes away what stands in the way: a pause, a breaker with its count.
-- ARGV   1 line for the history, 2... keys
-- Answer what stood in the first of them, or nil
-- Promise nothing is written down if nothing was there.

redis.call('DEL', L.NOTHING)
local stood = redis.call('GET', ARGV[2])
if not stood then return nil end
for i = 2, #ARGV do redis.call('DEL', ARGV[i]) end
remember(ARGV[1])
return stood
