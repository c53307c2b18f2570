-- unlock: lets go of a lock, if it is still the caller's.
-- ARGV   1 key, 2 owner
-- Answer 1, or 0 if it is another's now
-- Promise a lock that ran out and was taken by another stays with the other.

if redis.call('GET', ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('DEL', ARGV[1])
return 1
