-- Points that InfluxDB would not take, with its reason, for whoever looks into it: the newest thousand.
CREATE TABLE metric_refusals (
    number bigint PRIMARY KEY,
    measurement text NOT NULL,
    at timestamptz NOT NULL,
    tags jsonb NOT NULL,
    fields jsonb NOT NULL,
    reason text NOT NULL,
    refused_at timestamptz NOT NULL DEFAULT now()
);
