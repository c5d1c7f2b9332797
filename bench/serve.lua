-- wrk script: each request is the next target of a file. wrk ... -s serve.lua URL -- TARGETS DELAY_MS [check]
-- Prints "status CODE COUNT" lines at the end and, where it is to check answers, how many of them mixed versions of the
-- index; without that, wrk counts refusals alone, as status 0.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  targets = {}
  for line in io.lines(args[1]) do
    if #line > 0 then table.insert(targets, line) end
  end
  pause = tonumber(args[2] or "0")
  at = 0
  codes = {}
  mixed = 0
  versions = {}
  if args[3] == "check" then response = look end
end

function delay()
  return pause
end

function request()
  at = at % #targets + 1
  return wrk.format("GET", targets[at])
end

function look(status, headers, body)
  codes[status] = (codes[status] or 0) + 1
  if status == 200 then
    local version = body:match('"index":{"version":(%d+)')
    if (headers["Quarry-Index"] or ""):match("@(%d+)$") ~= version then mixed = mixed + 1 end
    versions[version or ""] = true
  end
  seen = ""
  for version in pairs(versions) do seen = seen .. version .. " " end
  counted = ""
  for code, count in pairs(codes) do counted = counted .. code .. "=" .. count .. " " end
end

function done(summary, latency)
  local sum = {}
  local wrong = 0
  local all = {}
  local different = 0
  for _, thread in ipairs(threads) do
    wrong = wrong + (thread:get("mixed") or 0)
    for version in (thread:get("seen") or ""):gmatch("%S+") do
      if not all[version] then different = different + 1 end
      all[version] = true
    end
    for code, count in (thread:get("counted") or ""):gmatch("(%d+)=(%d+)") do
      sum[code] = (sum[code] or 0) + tonumber(count)
    end
  end
  if next(sum) == nil then
    sum[200] = summary.requests - summary.errors.status
    if summary.errors.status > 0 then sum[0] = summary.errors.status end
  end
  for code, count in pairs(sum) do print("status " .. code .. " " .. count) end
  print(string.format("mixed %d", wrong))
  print(string.format("versions %d", different))
  print(string.format("p50 %.3f", latency:percentile(50) / 1000))
  print(string.format("p99 %.3f", latency:percentile(99) / 1000))
  print(string.format("max %.3f", latency.max / 1000))
  print(string.format("rate %.1f", summary.requests / summary.duration * 1e6))
  print(string.format("broken %d", summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
