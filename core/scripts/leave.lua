-- leave: a worker that stops says so, and gives back what it still holds.
-- ARGV   1 worker
-- Answer rows given back
-- Promise a row that was given back counts no failed claim, but one in the middle of a call waits for its outcome.

redis.call('HDEL', L.WORKERS, ARGV[1])
local now, given = now_ms(), 0
for _, lane in ipairs({'decide', 'act', 'wait'}) do
  local claims = redis.call('HGETALL', L.CLAIMS .. lane)
  for i = 1, #claims, 2 do
    local claim = claim_of(lane, claims[i])
    if claim.worker == ARGV[1] then
      redis.call('HDEL', L.CLAIMS .. lane, claims[i])
      redis.call('ZADD', L.DUE .. lane, 'XX', text(math.max(now, claim.not_before)), claims[i])
      given = given + 1
    end
  end
end
return given
