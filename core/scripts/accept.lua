-- accept: keeps a group of deliveries, each with its de-duplication and its queueing, in one step.
-- ARGV   1 envelope for a wake-up of `decide`; then four for each event:
--        id, record, keyed hash of the id (63 bits, decimal), hour of creation (or '')
-- Answer one number an event: 1 accepted, 0 duplicate, -1 refused for memory, -2 refused for depth
-- Promise whatever is answered 1 stands in the ledger, in the seen-set and on the due list, or nowhere. Whatever could
--        raise an error is looked at before the first write, since Redis takes nothing back.

local due = L.DUE .. 'decide'

local function must_be(key, kind)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found .. ', not a ' .. kind)
  end
end
local wrong = must_be(due, 'zset') or must_be(L.EVENTS, 'zset') or must_be(L.QUEUE .. 'decide', 'list')
  or must_be(L.COUNT, 'hash') or must_be(L.ROOM, 'hash')
if wrong then return wrong end

local coming = {} -- bucket → how many of this group go there

-- Where an id's hash belongs: nil if it is there already. A bucket that is full sends it a level deeper.
local function seen_bucket(hash, hour)
  if hour == '' then
    local key = L.SEEN_ONE .. hash
    if redis.call('EXISTS', key) == 1 then return nil end
    return key
  end
  local spread = tonumber(string.sub(hash, -9))
  local key
  for level = 0, L.SEEN_LEVELS - 1 do
    key = L.SEEN .. hour .. ':' .. level .. ':' .. (spread % (4 ^ level))
    if redis.call('SISMEMBER', key, hash) == 1 then return nil end
    if redis.call('SCARD', key) + (coming[key] or 0) < L.SEEN_BUCKET then return key end
  end
  return key
end

local bucket_of = {} -- hash → bucket, false for one that was seen before
for i = 2, #ARGV, 4 do
  local hash = ARGV[i + 2]
  if bucket_of[hash] == nil then
    local key = seen_bucket(hash, ARGV[i + 3]) or false
    bucket_of[hash] = key
    if key then coming[key] = (coming[key] or 0) + 1 end
  end
end

redis.call('HINCRBY', L.COUNT, 'accept_groups', 1) -- grows: a full Redis refuses the whole group here

local now = now_ms()

-- 0 if there is room, -1 if memory is short, -2 if too much is waiting.
local function room()
  local look = redis.call('HMGET', L.ROOM, 'at', 'used', 'max')
  if not look[1] or math.abs(now - tonumber(look[1])) >= L.ROOM_MILLISECONDS then
    local memory = redis.call('INFO', 'memory')
    look = {text(now), string.match(memory, 'used_memory:(%d+)'), string.match(memory, 'maxmemory:(%d+)') or '0'}
    redis.call('HSET', L.ROOM, 'at', look[1], 'used', look[2], 'max', look[3])
  end
  local used, max = tonumber(look[2]), tonumber(look[3])
  if max > 0 and used >= max * L.FULL_SHARE then return -1 end
  if redis.call('ZCARD', due) >= L.DEEP then return -2 end
  return 0
end

local function mark_seen(key, hash, hour)
  if hour == '' then
    redis.call('SET', key, '1', 'EX', L.SEEN_SECONDS)
  else
    redis.call('SADD', key, hash)
    redis.call('EXPIRE', key, L.SEEN_SECONDS)
  end
end

-- An event that stands in the ledger is a duplicate: one of this group, or one that was fetched back from Heroku's list
-- after the seen-set had forgotten it.
local function keep(id, record, hash, hour, bucket)
  mark_seen(bucket, hash, hour)
  if not redis.call('SET', L.EVENT .. id, record, 'NX') then return 0 end
  redis.call('ZADD', L.EVENTS, text(now), id)
  redis.call('ZADD', due, text(now), id)
  return 1
end

local state = room()
local answers, accepted, duplicates, refused = {}, 0, 0, 0
for i = 2, #ARGV, 4 do
  local hash = ARGV[i + 2]
  local answer = 0
  if bucket_of[hash] and state ~= 0 then
    answer = state
    refused = refused + 1
  elseif bucket_of[hash] then
    answer = keep(ARGV[i], ARGV[i + 1], hash, ARGV[i + 3], bucket_of[hash])
  end
  accepted = accepted + (answer == 1 and 1 or 0)
  duplicates = duplicates + (answer == 0 and 1 or 0)
  answers[#answers + 1] = answer
end
if accepted > 0 then
  redis.call('HINCRBY', L.COUNT, 'accepted', accepted)
  arm('decide', ARGV[1])
end
if duplicates > 0 then redis.call('HINCRBY', L.COUNT, 'duplicate', duplicates) end
if refused > 0 then redis.call('HINCRBY', L.COUNT, 'refused_for_room', refused) end
return answers
