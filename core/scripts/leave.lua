-- leave: a worker that stops says so, and gives back what it still holds.
-- ARGV   1 worker
-- Answer rows given back
-- Promise a row that was given back counts no failed claim, but one in the middle of a call waits for its outcome.

redis.call('HDEL', L.WORKERS, ARGV[1])
return free_rows_of(ARGV[1], now_ms(), true)
