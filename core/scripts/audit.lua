-- audit: writes down a call to Heroku's API, made or denied.
-- ARGV   1 line (JSON)
-- Answer 1
-- Promise it is written on a full Redis too, as the latest AUDIT_LINES need no more room than the ones before them.

redis.call('DEL', L.NOTHING)
redis.call('XADD', L.AUDIT, 'MAXLEN', '~', L.AUDIT_LINES, '*', 'line', ARGV[1])
return 1
