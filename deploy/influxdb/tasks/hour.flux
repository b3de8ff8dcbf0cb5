import "date"

option task = {name: "ratemyderp hour", every: 1h, offset: 5m}

// The last three whole hours, from their minutes.
stop = date.truncate(t: now(), unit: 1h)
start = date.sub(from: stop, d: 3h)
data = from(bucket: "ratemyderp_minute") |> range(start: start, stop: stop)
counter = (r) =>
    r._measurement == "http" or r._measurement == "answer" or r._measurement == "vote" or r._measurement == "account"
        or r._measurement == "photo" or r._measurement == "refusal" or r._measurement == "visit" or r._measurement == "mail"
        or r._measurement == "job" or r._measurement == "enqueue" or r._measurement == "metrics" and r._field !~ /^ship_lag_ms/
process = (r) => r._measurement == "up"

// Counters, and when processes were up.
data
    |> filter(fn: (r) => counter(r: r) or process(r: r))
    |> aggregateWindow(every: 1h, fn: sum, createEmpty: false, timeSrc: "_start")
    |> to(bucket: "ratemyderp_hour")

// Gauges: the mean of means, and the largest of the largest.
// `ratemyderp metrics check` writes its own point into each bucket.
gauges = data |> filter(fn: (r) => not counter(r: r) and not process(r: r) and r._measurement != "check")

gauges
    |> filter(fn: (r) => r._field !~ /_max$/)
    |> aggregateWindow(every: 1h, fn: mean, createEmpty: false, timeSrc: "_start")
    |> to(bucket: "ratemyderp_hour")

gauges
    |> filter(fn: (r) => r._field =~ /_max$/)
    |> aggregateWindow(every: 1h, fn: max, createEmpty: false, timeSrc: "_start")
    |> to(bucket: "ratemyderp_hour")
