//! The scripts that the server runs, whole or not at all. They never change, so the server keeps one copy of each.
//!
//! A record is one hash: `v` the sealed record, `g` its version, `f` the last fence that was granted, `t` the token of the claim's holder,
//! `u` the end of its lease in the server's milliseconds, `n` a sealed note of the holder. One hash is evicted and replicated
//! whole. The numbers stay below 2^53; `%.0f` writes them, because Lua's own way rounds at 14 digits. A number that is more
//! than a day ahead of the server's clock does not push the next fence further: a client could use up all numbers otherwise,
//! and a clock that was wrong for a while would stay wrong in them. Such a version is read all the same, since the record is
//! sealed with it, and the next write replaces it.
//!
//! The commands in a script need their rights as everywhere ([`COMMANDS`]). A script that lacks one ends at that line, so
//! what could leave half a record comes before the version is written.

/// The commands that a user of the access list needs.
pub(super) const COMMANDS: &str =
    "+eval +get +set +hget +hmget +hset +hdel +pexpire +persist +time +client|setname";

/// Takes the claim, or only looks: `KEYS` record, pin, perhaps another record; `ARGV` token, lease in ms, the version that is
/// known, look, want or must, the key's id, the life in ms of a record that is not there yet (0: for ever).
///
/// `look` reads. `want` takes the claim unless the record is newer than the known version. `must` takes it in any case.
/// The claim's holder gets the state of the other record too, which spares a sign-in a flight; a note of the last holder goes.
/// The pin is the id of the key that seals the fleet's records: a client with another key is told before it does anything.
pub(super) const ENTER: &str = "\
local k, now = KEYS[1], redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local far = now * 1000 + 864e8
local function n(x) return string.format('%.0f', x) end
local function number(x) x = tonumber(x) or 0 return x >= 0 and x < 9e15 and x or 0 end
local pin = redis.call('GET', KEYS[2])
if pin and pin ~= ARGV[5] then return {'otherkey', n(now), pin} end
local h = redis.call('HMGET', k, 'g', 'f', 't', 'u', 'n')
local g, seen = number(h[1]), number(ARGV[3])
if seen > far then seen = 0 end
local v = g > seen and redis.call('HGET', k, 'v')
if ARGV[4] == 'look' or (ARGV[4] == 'want' and g > seen) then return {'seen', n(now), n(g), v} end
local left = h[3] and h[3] ~= ARGV[1] and (tonumber(h[4]) or 0) - now or 0
if left > 0 and left <= 60000 then return {'busy', n(now), h[5]} end
if not pin then redis.call('SET', KEYS[2], ARGV[5]) end
if h[5] and h[3] ~= ARGV[1] then redis.call('HDEL', k, 'n') end
local f = n(math.max(math.min(number(h[2]), far) + 1000, math.min(g, far) + 1, seen + 1, now * 1000))
redis.call('HSET', k, 't', ARGV[1], 'u', n(now + ARGV[2]), 'f', f)
if ARGV[6] ~= '0' and not h[1] then redis.call('PEXPIRE', k, ARGV[6]) end
local o = KEYS[3] and redis.pcall('HMGET', KEYS[3], 'g', 'v')
if not o or o.err then return {'held', n(now), n(g), v, f} end
local og = number(o[1])
return {'held', n(now), n(g), v, f, n(og), og > 0 and o[2]}";

/// Extends the claim, and with a note says what its holder does: `KEYS` record, pin; `ARGV` token, lease in ms, the id of the
/// key by which the record has its name, note. 1 if the token still holds it, else 0; 0 too when the fleet has moved to another
/// key: others claim the record under another name then.
pub(super) const KEEP: &str = "\
local k, now = KEYS[1], redis.call('TIME')
if redis.call('HGET', k, 't') ~= ARGV[1] then return 0 end
local pin = redis.call('GET', KEYS[2])
if pin and pin ~= ARGV[3] then return 0 end
redis.call('HSET', k, 'u', string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[2]))
if ARGV[4] then redis.call('HSET', k, 'n', ARGV[4]) end
return 1";

/// Writes the record and keeps or releases the claim: `KEYS` record, pin; `ARGV` token, version (empty: no write), value (empty:
/// the record is gone), life in ms (0: for ever), keep or leave, the id of the key that has sealed the value. 1 if the token
/// still held it, else 0, and nothing is written. Nor is it when the fleet has moved to another key meanwhile: nobody would
/// look under this name any more.
pub(super) const LEAVE: &str = "\
local k, h = KEYS[1], redis.call('HMGET', KEYS[1], 't', 'g')
if h[1] ~= ARGV[1] then return 0 end
local writes = ARGV[2] ~= ''
if writes then
  local pin, now = redis.call('GET', KEYS[2]), redis.call('TIME')
  if pin and pin ~= ARGV[6] then return 0 end
  local g = tonumber(h[2]) or 0
  if tonumber(ARGV[2]) <= g and g <= now[1] * 1000000 + now[2] + 864e8 then return 0 end
  if ARGV[4] == '0' then redis.call('PERSIST', k) else redis.call('PEXPIRE', k, ARGV[4]) end
  if ARGV[3] == '' then redis.call('HDEL', k, 'v') end
end
if ARGV[5] ~= 'keep' then redis.call('HDEL', k, 't', 'u', 'n') end
if writes then
  if ARGV[3] == '' then redis.call('HSET', k, 'g', ARGV[2]) else redis.call('HSET', k, 'v', ARGV[3], 'g', ARGV[2]) end
end
return 1";

/// Moves the pin from one key to another, but never back: `KEYS` pin, the former pin; `ARGV` the id that it has, the id that it
/// gets. 1 if it was moved.
pub(super) const MOVE: &str = "\
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('GET', KEYS[2]) == ARGV[2] then return 0 end
redis.call('SET', KEYS[2], ARGV[1])
redis.call('SET', KEYS[1], ARGV[2])
return 1";
