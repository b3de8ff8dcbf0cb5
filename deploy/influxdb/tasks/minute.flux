import "date"

option task = {name: "ratemyderp minute", every: 1m, offset: 1m}

// The last quarter of an hour in whole minutes: what came late is added up again, and what was added up before gives the same points.
stop = date.truncate(t: now(), unit: 1m)
start = date.sub(from: stop, d: 15m)
data = from(bucket: "ratemyderp") |> range(start: start, stop: stop)
counter = (r) =>
    r._measurement == "http" or r._measurement == "answer" or r._measurement == "vote" or r._measurement == "account"
        or r._measurement == "photo" or r._measurement == "refusal" or r._measurement == "visit" or r._measurement == "mail"
        or r._measurement == "job" or r._measurement == "enqueue" or r._measurement == "metrics" and r._field != "ship_lag_ms"
process = (r) => r._measurement == "up"

// When processes were up: each for itself.
data
    |> filter(fn: (r) => process(r: r))
    |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start")
    |> to(bucket: "ratemyderp_minute")

// Counters: of all processes together.
data
    |> filter(fn: (r) => counter(r: r))
    |> group(columns: ["instance", "_time", "_value", "_start", "_stop"], mode: "except")
    |> aggregateWindow(every: 1m, fn: sum, createEmpty: false, timeSrc: "_start")
    |> to(bucket: "ratemyderp_minute")

// Gauges: their mean under their name, and the largest as NAME_max.
// `ratemyderp metrics check` writes its own point into each bucket.
gauges = data |> filter(fn: (r) => not counter(r: r) and not process(r: r) and r._measurement != "check")

gauges
    |> aggregateWindow(every: 1m, fn: mean, createEmpty: false, timeSrc: "_start")
    |> to(bucket: "ratemyderp_minute")

gauges
    |> aggregateWindow(every: 1m, fn: max, createEmpty: false, timeSrc: "_start")
    |> map(fn: (r) => ({r with _field: r._field + "_max"}))
    |> to(bucket: "ratemyderp_minute")
