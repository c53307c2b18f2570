"""A Redis whose scripts live by a clock that the test sets: their TIME, and every end that they give a key.

The scripts are the real ones and run on a real server; only `redis.call` is wrapped where time is in play.
"""

from typing import Any

import redis
from redis.commands.core import Script

NOW, ENDS = "test:now", "test:ends"

_CLOCK = """
local server = redis
local now = tonumber(server.call('GET', 'test:now'))
for _, key in ipairs(server.call('ZRANGEBYSCORE', 'test:ends', '-inf', '(' .. string.format('%.0f', now))) do
  server.call('DEL', key)
  server.call('ZREM', 'test:ends', key)
end
local function ends(key, milliseconds)
  if server.call('EXISTS', key) == 0 then return 0 end
  server.call('ZADD', 'test:ends', string.format('%.0f', now + milliseconds), key)
  return 1
end
local timed = {
  TIME = function() return {math.floor(now / 1000), now % 1000 * 1000} end,
  EXPIRE = function(key, seconds) return ends(key, tonumber(seconds) * 1000) end,
  PEXPIRE = function(key, milliseconds) return ends(key, tonumber(milliseconds)) end,
  PERSIST = function(key) return server.call('ZREM', 'test:ends', key) end,
  PTTL = function(key)
    if server.call('EXISTS', key) == 0 then return -2 end
    local at = server.call('ZSCORE', 'test:ends', key)
    return at and tonumber(at) - now or -1
  end,
  DEL = function(...)
    server.call('ZREM', 'test:ends', ...)
    return server.call('DEL', ...)
  end,
  SET = function(key, value, ...)
    local rest, milliseconds, words = {}, nil, {...}
    local i = 1
    while i <= #words do
      if words[i] == 'PX' or words[i] == 'EX' then
        milliseconds = tonumber(words[i + 1]) * (words[i] == 'EX' and 1000 or 1)
        i = i + 2
      else
        rest[#rest + 1] = words[i]
        i = i + 1
      end
    end
    local done = server.call('SET', key, value, unpack(rest))
    if not done then return done end
    server.call('ZREM', 'test:ends', key)
    if milliseconds then ends(key, milliseconds) end
    return done
  end,
}
local redis = setmetatable({call = function(command, ...)
  local instead = timed[command]
  if instead then return instead(...) end
  return server.call(command, ...)
end}, {__index = server})
"""


class Clocked(redis.Redis):
    """Every script registered here sees the time that was set last, in milliseconds since 1970."""

    def register_script(self, script: Any) -> Script:
        """The same script behind the wrapped calls."""
        return super().register_script(_CLOCK + script)

    def set_time(self, now: int) -> None:
        """From here on it is so late."""
        self.set(NOW, now)
