-- book: keeps the outline of the rules that a worker runs, which decisions refer to.
-- ARGV   1 digest of the rules, 2 outline (JSON), 3 seconds to keep it
-- Answer 1
-- Promise it is kept on a full Redis too: without it no decision could be explained.

redis.call('DEL', L.NOTHING)
redis.call('SET', L.BOOK .. ARGV[1], ARGV[2], 'EX', ARGV[3])
return 1
