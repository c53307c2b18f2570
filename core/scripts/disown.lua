-- disown: gives back what was claimed under a token whose claim got no answer: the claimer cannot know its rows.
-- ARGV   1 lane, 2 token
-- Answer rows given back
-- Promise no attempt is counted: nobody has begun to work on them.

redis.call('DEL', L.NOTHING)
local now, given = now_ms(), 0
local claims = redis.call('HGETALL', L.CLAIMS .. ARGV[1])
for i = 1, #claims, 2 do
  if claim_of(ARGV[1], claims[i]).token == ARGV[2] then
    redis.call('HDEL', L.CLAIMS .. ARGV[1], claims[i])
    redis.call('ZADD', L.DUE .. ARGV[1], 'XX', text(now), claims[i])
    given = given + 1
  end
end
return given
