-- poke: has a run that rests or waits looked at now.
-- ARGV   1 run, 2 envelope for `act`
-- Answer 1, or 0 if it is over or a worker is at it
-- Promise a run that somebody works on is left alone.

redis.call('DEL', L.NOTHING)
return poke_run(ARGV[1], now_ms(), ARGV[2]) and 1 or 0
