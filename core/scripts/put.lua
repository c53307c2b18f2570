-- put: sets a key for a while, if it may: a lock, or what several processes share.
-- ARGV   1 key, 2 value, 3 milliseconds, 4 'NX' to leave it if it is there already, or ''
-- Answer 1, or 0 if it was left
-- Promise it is done on a full Redis too: what is under way needs Heroku's API, and that a token.

redis.call('DEL', L.NOTHING)
if ARGV[4] == 'NX' and redis.call('EXISTS', ARGV[1]) == 1 then return 0 end
redis.call('SET', ARGV[1], ARGV[2], 'PX', ARGV[3])
return 1
