-- SPDX-License-Identifier: GPL-2.0-or-later
-- Reports for wrk, each another one.
local threads = 0
function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end
local count = 0
function request()
    count = count + 1
    local body = string.format(
        '{"pci_id":"10de:1d01","subsystem":"1043:8621","chassis":"desktop","hypervisor":"proxmox","kernel":"6.8.12-4-pve",' ..
        '"guest_os":"Windows 11","machine_type":"q35","outcome":"works","date":"2026-10-01","note":"%s %d %d"}',
        run or "x", number, count)
    return wrk.format("POST", "/v1/reports", {["Content-Type"] = "application/json"}, body)
end
function init(args)
    run = args[1]
end
function done(summary, latency)
    io.write(string.format("RESULT %d %d %.1f %.1f %d\n", summary.requests, summary.duration, latency:percentile(50) / 1000,
        latency:percentile(99) / 1000, summary.errors.status + summary.errors.timeout + summary.errors.read + summary.errors.write))
end
