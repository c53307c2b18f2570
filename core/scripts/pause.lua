-- pause: stops deciding and acting everywhere.
-- ARGV   1 JSON {by, why, at}, 2 line for the history
-- Answer 1
-- Promise it can be done on a full Redis too, which is when somebody may want it.

redis.call('DEL', L.NOTHING)
redis.call('SET', L.PAUSED, ARGV[1])
remember(ARGV[2])
return 1
