-- For wrk: POSTs the file of the first argument as a PNG.
dofile("bench/peers/result.lua")

function init(args)
  wrk.method = "POST"
  wrk.body = assert(io.open(args[1], "rb")):read("*a")
  wrk.headers["Content-Type"] = args[2] or "image/png"
end
