-- SPDX-License-Identifier: GPL-2.0-or-later
-- For wrk: asks for the paths of a file in turn. wrk ... -s site.lua URL -- FILE
local paths = {}
local at = 0

function init(args)
    for path in io.lines(args[1]) do
        paths[#paths + 1] = path
    end
end

function request()
    at = at % #paths + 1
    return wrk.format("GET", paths[at])
end

function done(summary)
    local errors = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format("RESULT %d %d %d\n", summary.requests, summary.duration, errors))
end
