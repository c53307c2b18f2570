-- tidy: lets go what has had its time, and while Redis holds more than it may, the oldest decided events and finished runs.
-- ARGV   1 seconds to keep events, 2 bytes Redis may use, 3 most events and runs to let go in one call
-- Answer how many were let go for memory
-- Promise an event that is not decided or that a wait is for, a run that is not finished and a dead letter are never let
--        go. However many of those stand before the others, the others are found.

redis.call('DEL', L.NOTHING)
local now, keep, most = now_ms(), tonumber(ARGV[1]), tonumber(ARGV[3])
drop_silences(now)

local dead = {}
local letters = redis.call('HGETALL', L.DEAD)
for i = 1, #letters, 2 do
  if now - cjson.decode(letters[i + 1]).at > L.DEAD_DAYS * 86400000 then
    redis.call('HDEL', L.DEAD, letters[i])
  else
    dead[letters[i]] = true
  end
end

-- Room must be made before the gate closes at FULL_SHARE, or the service would refuse deliveries for ever.
local memory = redis.call('INFO', 'memory')
local max = tonumber(string.match(memory, 'maxmemory:(%d+)') or 0)
local bytes = tonumber(ARGV[2])
if max > 0 then bytes = math.min(bytes, max * L.KEEP_SHARE) end
local over = tonumber(string.match(memory, 'used_memory:(%d+)')) > bytes

-- The events that rules were put off for, those whose waits are dead letters too.
local awaited
local function is_awaited(id)
  if not awaited then
    awaited = {}
    local rows = redis.call('ZRANGE', L.DUE .. 'wait', 0, -1)
    for letter in pairs(dead) do rows[#rows + 1] = string.match(letter, '^wait (.*)') end
    for _, row in ipairs(rows) do awaited[redis.call('HGET', L.WAIT .. row, 'event') or ''] = true end
  end
  return awaited[id]
end

-- An event that was decided ends by itself, KEEP_DAYS later; then only its place in the index is left.
local function event_may_go(id, old)
  if dead['decide ' .. id] or redis.call('ZSCORE', L.DUE .. 'decide', id) then return false end
  if over then return not is_awaited(id) end
  local left = redis.call('TTL', L.EVENT .. id)
  return old and (left < 0 or (left > keep and not is_awaited(id))) -- more is left to it where KEEP_DAYS was set lower since
end

local function run_may_go(id, old)
  local run = redis.call('HMGET', L.RUN .. id, 'format', 'finished_at')
  if not run[1] then return true end
  return over and run[2] and not dead['act ' .. id]
end

-- One index, from its oldest on: `head` is the next id with its time, nil when nothing more is to be looked at.
local function walk(index, prefix, end_of_time, may_go)
  local self, page, at, stayed = {}, {}, 1, 0
  function self.next()
    if at > #page then
      page, at = redis.call('ZRANGE', index, stayed, stayed + L.TIDY_PAGE - 1, 'WITHSCORES'), 1
    end
    self.head, self.time = page[at], tonumber(page[at + 1])
    at = at + 2
    if self.time and self.time >= end_of_time and not over then self.head = nil end
  end
  function self.let_go()
    local goes = may_go(self.head, self.time < end_of_time)
    if goes then
      redis.call('DEL', prefix .. self.head)
      redis.call('ZREM', index, self.head)
    else
      stayed = stayed + 1
    end
    self.next()
    return goes
  end
  self.next()
  return self
end

local events = walk(L.EVENTS, L.EVENT, now - keep * 1000, event_may_go)
local runs = walk(L.RUNS, L.RUN, now - L.RUN_DAYS * 86400000, run_may_go)
local let_go, looked = 0, 0
while let_go < most and looked < L.TIDY_LOOKS and (events.head or runs.head) do
  local older = events
  if not events.head or (runs.head and runs.time < events.time) then older = runs end
  if older.let_go() then let_go = let_go + 1 end
  looked = looked + 1
end
return over and let_go or 0
