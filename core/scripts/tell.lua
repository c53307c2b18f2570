-- tell: tells the `system` target of the service's own trouble.
-- ARGV   1 id, 2 text, 3 envelope for `act`
-- Answer 1
-- Promise once for each id.

redis.call('DEL', L.NOTHING)
tell_system(ARGV[1], ARGV[2], now_ms(), ARGV[3])
return 1
