-- For wrk: POSTs the file of the first argument as a PNG, and prints what bench/http reads.
function init(args)
  wrk.method = "POST"
  wrk.body = assert(io.open(args[1], "rb")):read("*a")
  wrk.headers["Content-Type"] = args[2] or "image/png"
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("result %.0f %.3f %.3f %d", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
