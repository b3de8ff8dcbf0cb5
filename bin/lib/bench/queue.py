"""The figures of `bin/bench queue`: queue.py PROGRAMS PORT PSQL PGPORT FIGURES PART

Each line of FIGURES: what, number, goal (or -), at_most or at_least, unit, separated by tabs. PART: all, or pace for the jobs a second alone."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from statistics import median

from browser import Browser, expect
from hammer import hammered

programs, port, psql, pgport, figures, part = sys.argv[1:]
REQUESTS = 20  # of each page
NEW_JOBS = 20  # every tenth of a second


def main():
    wait_for_site()
    if part == "pace":
        started_when_idle()
        return jobs_a_second()
    Browser(int(port)).join("omar")
    grant("omar")
    with Jobs() as jobs, Arrivals():
        time.sleep(15)  # until everything has its pace
        browser = Browser(int(port))
        browser.log_in("omar")
        pages(browser)
        previews(browser)
        pick_up("pick-up of others, p95, with a million held in front", 5 * 60, None)
        retry_many(jobs)
    hammered(int(port), sql, grant, report, Jobs())
    started_when_idle()
    jobs_a_second()
    killed_often()


def grant(username):
    subprocess.run([f"{programs}/ratemyderp", "account", "grant", username, "operator"], check=True, stdout=subprocess.DEVNULL)


def report(what, number, goal, way, unit):
    with open(figures, "a", encoding="utf-8") as file:
        file.write("\t".join([what, f"{number:.4g}" if isinstance(number, float) else str(number), str(goal if goal is not None else "-"), way, unit]) + "\n")
    print(f"  {what}: {number:.4g} {unit}" if isinstance(number, float) else f"  {what}: {number} {unit}", flush=True)


def sql(query):
    connect = ["-h", "127.0.0.1", "-p", pgport, "-U", "ratemyderp", "-d", "ratemyderp"]
    done = subprocess.run([psql, "-XqAt", "-v", "ON_ERROR_STOP=1", *connect, "-c", query], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.strip()


def wait_for_site():
    for _ in range(100):
        try:
            if Browser(int(port)).get("/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the site does not answer")


class Jobs:
    """The jobs process; it can be killed."""

    def __init__(self, workers=8):
        self.env = {**os.environ, "RUST_LOG": "off", "ROCKET_JOBS": f"{{workers={workers}}}"}

    def __enter__(self):
        self.process = subprocess.Popen(
            [f"{programs}/ratemyderp-jobs", "work"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.env
        )
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.__enter__()

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Arrivals:
    """Some 200 jobs a second, of a kind that finds nothing to do, in a lane of its own."""

    def __enter__(self):
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def run(self):
        connect = ["-h", "127.0.0.1", "-p", pgport, "-U", "ratemyderp", "-d", "ratemyderp"]
        client = subprocess.Popen([psql, "-XqAt", *connect], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        while not self.stop.wait(0.1):
            client.stdin.write(enqueue("move_thumbnails", "images", NEW_JOBS, "random()"))
            client.stdin.flush()
        client.stdin.close()
        client.wait()

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def enqueue(kind, lane, count, name):
    """The statement that adds so many jobs about photos that are not there."""
    return f"""
        INSERT INTO fang_tasks (metadata, task_type, uniq_hash, kind, max_attempts)
        SELECT jsonb_build_object('type', 'Work', 'job', jsonb_build_object('kind', '{kind}', 'submission', 4000000000 + g)),
            '{lane}', '{kind}:' || {name} || '-' || g, '{kind}', 6
        FROM generate_series(1, {count}) g;
        NOTIFY ratemyderp_jobs, '{lane}';
    """


def pages(browser):
    number = sql("SELECT number FROM fang_tasks WHERE state = 'failed' ORDER BY number DESC LIMIT 1")
    hour = "since=-2d&until=-47h"
    paths = [
        "/ops", "/ops/jobs", "/ops/jobs.txt", "/ops/jobs.csv", "/ops/jobs.json", "/ops/jobs?state=finished", "/ops/jobs?state=failed",
        "/ops/jobs?state=queued", "/ops/jobs?kind=make_thumbnails", "/ops/jobs?kind=send_mail&state=finished", "/ops/jobs?lane=upkeep",
        "/ops/jobs?lane=ranking&state=finished", "/ops/jobs?error=1007", f"/ops/jobs?{hour}&by=created", f"/ops/jobs?{hour}&by=started",
        f"/ops/jobs?{hour}&by=ended", f"/ops/jobs?state=failed&{hour}&by=ended", f"/ops/jobs?kind=rank_photos&{hour}&by=created",
        "/ops/jobs?q=no+such+text", "/ops/jobs?submission=3", "/ops/jobs?account=1", "/ops/jobs?worker=3", "/ops/jobs?attempts=5",
        f"/ops/jobs/{number}", f"/ops/jobs/{number}.txt", f"/ops/jobs/{number}.json", "/ops/errors", "/ops/errors/1007", "/ops/errors/2000",
        "/ops/operations", "/ops/kinds", "/ops/kinds/send_mail", "/ops/kinds/send_mail/chart.svg", "/ops/lanes", "/ops/workers",
        "/ops/schedules", "/ops/alerts", "/ops/audit",
    ]  # fmt: skip
    worst = ("", 0.0)
    for path in paths:
        times = []
        for _ in range(REQUESTS):
            began = time.perf_counter()
            expect(browser.get(path), 200)
            times.append((time.perf_counter() - began) * 1000)
        p95 = sorted(times)[int(len(times) * 0.95) - 1]
        print(f"    {path:60} median {median(times):7.1f} ms, p95 {p95:7.1f} ms", flush=True)
        worst = max(worst, (path, p95), key=lambda each: each[1])
    report(f"slowest of {len(paths)} pages and formats, p95 (`{worst[0]}`)", worst[1], 100, "at_most", "ms")
    counted = sql(f"SELECT coalesce(sum(n), 0) FROM ({COUNTED}) counted WHERE n <> 0")
    report("jobs by which counts differ from a recount", int(counted), 0, "at_most", "")


COUNTED = """
    SELECT abs(sum(n)) AS n FROM (
        SELECT state, kind, lane, n FROM job_counts UNION ALL SELECT state, kind, lane, n FROM job_count_deltas
        UNION ALL SELECT state, kind, task_type, -count(*) FROM fang_tasks GROUP BY 1, 2, 3
    ) each GROUP BY state, kind, lane
"""


def previews(browser):
    """Of the failed jobs with one error: some five hundred."""
    times = []
    for group in range(1000, 1010):
        browser.get(f"/ops/jobs?state=failed&error={group}")
        began = time.perf_counter()
        _, to, _ = expect(browser.post("/ops/operations", [("verb", "retry"), ("state", "failed"), ("error", str(group))]), 303)
        expect(browser.get(to), 200)
        times.append((time.perf_counter() - began) * 1000)
    report("preview of some 500 jobs, slowest of ten", max(times), 300, "at_most", "ms")


def pick_up(what, seconds, goal):
    """From falling due to the start, of the jobs that keep arriving."""
    p95 = float(sql(f"""
        SELECT coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM a.started_at - a.due_at) * 1000), 0)
        FROM job_attempts a JOIN fang_tasks t ON t.number = a.job
        WHERE t.kind = 'move_thumbnails' AND a.attempt = 1 AND a.started_at > now() - interval '{seconds} seconds' AND a.due_at > now() - interval '{seconds} seconds'
    """))
    report(what, p95, goal, "at_most", "ms")
    return p95


def retry_many(jobs):
    quiet = pick_up("pick-up of others, p95, before a retry of 100,000", 10, None)
    began = time.time()
    command = [f"{programs}/ratemyderp-jobs", "retry", "--state", "failed", "--error", "2000", "--yes", "--reason", "bench"]
    client = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    out, _ = client.communicate(timeout=900)
    took = time.time() - began
    print(out[-800:], flush=True)
    report("retry of 100,000 jobs", took, 120, "at_most", "s")
    during = pick_up("pick-up of others, p95, during it", int(took) + 1, None)
    report("pick-up of others during it, beside before", during / max(quiet, 1), 2, "at_most", "x")
    counted, ended = map(int, sql("SELECT counted, done + moved + refused FROM operations ORDER BY number DESC LIMIT 1").split("|"))
    report("jobs of the snapshot that were neither done, moved nor refused", abs(counted - ended), 0, "at_most", "")
    del jobs


TRIVIAL = 20_000  # jobs of one turn
CLIENTS = 16  # of pgbench, which claims one job at a time, and as many workers beside them
ALONE = 100  # jobs that come one after the other


def started_when_idle():
    """From the statement that adds a job to its start, while there is nothing else to do."""
    with Jobs():
        time.sleep(3)  # until it listens
        for each in range(ALONE):
            sql(enqueue("move_thumbnails", "images", 1, f"'alone-{each}'"))
        time.sleep(1)
    waited = float(sql("""
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM a.started_at - a.due_at) * 1000)
        FROM job_attempts a JOIN fang_tasks t ON t.number = a.job WHERE t.uniq_hash LIKE 'move_thumbnails:alone-%'"""))
    report(f"a job that comes alone, from being added to its start, median of {ALONE}", waited, 10, "at_most", "ms")


def jobs_a_second():
    """Jobs that find nothing to do, with all that is kept about them, without, and claimed and ended by pgbench, by turns."""
    rates = {"kept": [], "bare": [], "many": [], "pgbench": []}
    for turn in range(5):
        for way in rates if turn % 2 else reversed(rates):
            sql(f"ALTER TABLE fang_tasks {'ENABLE' if way in ('kept', 'many') else 'DISABLE'} TRIGGER USER")
            sql(enqueue("move_thumbnails", "images", TRIVIAL, f"'{way}-{turn}'"))
            rates[way].append(claimed_by_pgbench() if way == "pgbench" else worked_off(CLIENTS if way == "many" else 8))
        print("    " + ", ".join(f"{way} {each[-1]:.0f}" for way, each in rates.items()), flush=True)
    sql("ALTER TABLE fang_tasks ENABLE TRIGGER USER")
    sql("TRUNCATE job_counts, job_count_deltas; INSERT INTO job_counts SELECT state, kind, task_type, count(*) FROM fang_tasks GROUP BY 1, 2, 3")
    report("jobs a second that find nothing to do, 8 workers, median of five turns", median(rates["kept"]), None, "at_least", "")
    report("the same beside counting switched off", beside(rates, "bare"), 0.95, "at_least", "x")
    report(f"jobs a second, {CLIENTS} workers", median(rates["many"]), None, "at_least", "")
    report(f"the same beside `pgbench` that claims and ends one at a time, {CLIENTS} clients", beside(rates, "pgbench", "many"), 1.0, "at_least", "x")


def beside(rates, other, way="kept"):
    """Turn by turn, since what else the machine does changes within minutes."""
    return median(one / two for one, two in zip(rates[way], rates[other]))


def worked_off(workers):
    """Jobs a second, from the first start to the last end: a process takes its time to come up."""
    with Jobs(workers):
        while sql("SELECT EXISTS (SELECT FROM fang_tasks WHERE state IN ('new', 'retried', 'in_progress') AND kind = 'move_thumbnails')") == "t":
            time.sleep(0.5)
    took = float(sql(f"""
        SELECT extract(epoch FROM max(ended_at) - min(started_at))
        FROM (SELECT * FROM job_attempts WHERE job > (SELECT max(job) - {TRIVIAL} FROM job_attempts)) AS turn"""))
    return TRIVIAL / took


def claimed_by_pgbench():
    connect = ["-h", "127.0.0.1", "-p", pgport, "-U", "ratemyderp"]
    once = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-t", str(TRIVIAL // CLIENTS), "-f", f"{os.path.dirname(__file__)}/claim.sql"]
    done = subprocess.run([f"{os.path.dirname(psql)}/pgbench", *connect, *once, "ratemyderp"], capture_output=True, text=True, check=False)
    rate = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if done.returncode or rate is None:
        raise SystemExit(done.stderr)
    return float(rate[1])


def killed_often():
    """Workers that are killed while they work: nothing is lost, run twice or miscounted."""
    kills = 100
    sql(enqueue("move_thumbnails", "images", 20_000, "'killed'"))
    with Jobs() as jobs:
        for _ in range(kills):
            time.sleep(0.3)
            jobs.kill()
        while sql("SELECT EXISTS (SELECT FROM fang_tasks WHERE state IN ('new', 'retried', 'in_progress') AND uniq_hash LIKE 'move_thumbnails:killed%')") == "t":
            time.sleep(1)
    left = int(sql("SELECT count(*) FROM fang_tasks WHERE uniq_hash LIKE 'move_thumbnails:killed%' AND state <> 'finished'"))
    twice = int(sql("""
        SELECT count(*) FROM (
            SELECT a.job FROM job_attempts a JOIN fang_tasks t ON t.number = a.job
            WHERE t.uniq_hash LIKE 'move_thumbnails:killed%' AND a.outcome = 'finished' GROUP BY a.job HAVING count(*) > 1
        ) twice"""))
    report(f"jobs that did not finish after {kills} killed workers", left, 0, "at_most", "")
    report("jobs that finished twice", twice, 0, "at_most", "")
    counted = int(sql(f"SELECT coalesce(sum(n), 0) FROM ({COUNTED}) counted WHERE n <> 0"))
    report("jobs by which counts differ from a recount afterwards", counted, 0, "at_most", "")


if __name__ == "__main__":
    main()
