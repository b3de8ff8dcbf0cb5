"""Two operators and eight workers at the same jobs for a minute: nothing is lost, done twice or left in between."""

import random
import threading
import time
from collections import Counter

from browser import Browser

SECONDS = 60
JOBS = 400  # few, so that the two keep meeting
KIND = "delete_votes"
VERBS = {
    "failed": ["retry", "retry", "discard", "restore"],
    "queued": ["run_now", "cancel"],
    "retrying": ["run_now", "cancel"],
    "processing": ["stop"],
    "finished": ["retry"],
}
WORDS = {"new": "queued", "retried": "retrying", "in_progress": "processing"}


class Hammer:
    def __init__(self, port, sql, grant):
        self.sql = sql
        self.answers, self.unexplained = Counter(), []
        self.browsers = [Browser(port) for _ in range(2)]
        for place, browser in enumerate(self.browsers):
            name = f"hammer{place}"
            browser.join(name)
            grant(name)
            browser.log_in(name)

    def run(self):
        numbers = self.jobs()
        until = time.time() + SECONDS
        threads = [threading.Thread(target=self.swing, args=(browser, numbers, until)) for browser in self.browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return numbers

    def jobs(self):
        """Half have failed, half are due in an hour."""
        rows = self.sql(f"""
            INSERT INTO fang_tasks (metadata, task_type, uniq_hash, kind, max_attempts, state, attempt, retries, scheduled_at)
            SELECT jsonb_build_object('type', 'Work', 'job', jsonb_build_object('kind', '{KIND}', 'submission', 5000000000 + g)),
                'upkeep', '{KIND}:hammer-' || g, '{KIND}', 6, (CASE WHEN g % 2 = 0 THEN 'failed' ELSE 'new' END)::fang_task_state,
                0, 0, now() + interval '1 hour' * (g % 2)
            FROM generate_series(1, {JOBS}) g RETURNING number""")
        return rows.split()

    def swing(self, browser, numbers, until):
        """Both act on the same job at the same moment, by what they saw of it."""
        while (now := time.time()) < until:
            number = numbers[int(now * 10) % len(numbers)]
            state, attempt, discarded = self.sql(f"SELECT state, attempt, discarded_at IS NOT NULL FROM fang_tasks WHERE number = {number}").split("|")
            state = WORDS.get(state, state)
            verb = random.choice(VERBS[state]) if discarded == "f" else random.choice(["restore", "retry"])
            browser.get(f"/ops/jobs/{number}")
            fields = [("verb", verb), ("numbers", number), ("attempt", attempt), ("state", state), ("reason", "hammering")]
            status, _, text = browser.post("/ops/operations", fields)
            self.answers[status] += 1
            if status not in (303, 409, 422) or (status != 303 and "<h1" not in text):
                self.unexplained.append((verb, state, status))
            if random.random() < 0.05:
                several = random.sample(numbers, 50)
                status, to, text = browser.post("/ops/operations", [("verb", "retry"), ("numbers", " ".join(several)), ("reason", "hammering")])
                if status == 303:
                    browser.get(to)
                    status, _, text = browser.post(f"{to}/start", [("canary", "no")])
                self.answers[status] += 1
                if status not in (303, 409, 422):
                    self.unexplained.append(("several", "", status))


def hammered(port, sql, grant, report, workers):
    hammer = Hammer(port, sql, grant)
    with workers:
        numbers = hammer.run()
        mine = f"number IN ({','.join(numbers)})"
        sql(f"UPDATE fang_tasks SET scheduled_at = now() WHERE state IN ('new', 'retried') AND {mine}")
        while sql(f"SELECT EXISTS (SELECT FROM fang_tasks WHERE state IN ('new', 'retried', 'in_progress') AND {mine})") == "t":
            time.sleep(0.5)
        while sql("SELECT EXISTS (SELECT FROM operations WHERE state IN ('counting', 'running'))") == "t":
            time.sleep(0.5)
    print(f"    answers of {SECONDS} s: {', '.join(f'{count} x {status}' for status, count in hammer.answers.most_common())}", flush=True)
    print(f"    {hammer.unexplained[:5]}" if hammer.unexplained else "", end="", flush=True)
    report("two operators at the same jobs for a minute: what was done", hammer.answers[303], None, "at_least", "")
    report("who came second and was told so", hammer.answers[409], None, "at_least", "")
    report("answers without words", len(hammer.unexplained), 0, "at_most", "")
    twice = f"SELECT count(*) FROM (SELECT FROM job_attempts WHERE job IN ({','.join(numbers)}) AND outcome = 'finished' GROUP BY job HAVING count(*) > 1) t"
    report("jobs that finished twice", int(sql(twice)), 0, "at_most", "")
    lost = f"SELECT {len(numbers)} - count(*) FROM fang_tasks WHERE {mine} AND state IN ('finished', 'failed')"
    report("jobs that were lost", int(sql(lost)), 0, "at_most", "")
    between = f"SELECT count(*) FROM job_attempts WHERE job IN ({','.join(numbers)}) AND ended_at IS NULL"
    report("attempts that never ended", int(sql(between)), 0, "at_most", "")
