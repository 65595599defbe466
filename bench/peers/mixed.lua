-- For wrk: reconstructions, tiles and polling in turn. Arguments: a PNG file, a checkpoint's path, a job's path.
dofile("bench/peers/result.lua")

local requests, next_one = {}, 0

function init(args)
  local picture = assert(io.open(args[1], "rb")):read("*a")
  local png = { ["Content-Type"] = "image/png" }
  requests = {
    wrk.format("POST", args[2] .. "/reconstruction?layout=difference", png, picture),
    wrk.format("GET", args[3]),
    wrk.format("POST", args[2] .. "/layers/code/tiles?count=16", png, picture),
    wrk.format("GET", "/v1/training-jobs?limit=5"),
    wrk.format("GET", args[2] .. "/reconstructions?count=4"),
    wrk.format("GET", args[3] .. "/metrics"),
  }
end

function request()
  next_one = next_one % #requests + 1
  return requests[next_one]
end
