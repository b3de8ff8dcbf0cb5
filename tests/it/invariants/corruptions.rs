//! Everything that can be wrong, as SQL that makes it so. Photo 1 has one vote of 7, photo 2 none.

/// The sentences about files.
pub const FILES: [&str; 4] = [
    "Photo … lacks the pictures …: images/….",
    "Photo … lacks the file that it is made from: originals/….",
    "Photo … lacks its previews: previews/….",
    "Draft … lacks the file that it is made from: originals/….",
];

/// What `check` has to find, and in which words.
pub const FOUND: &[(&str, &str)] = &[
    (
        "UPDATE tallies SET count = count + 1, sum = sum + 10 WHERE submission = 1",
        "Photo …: its tally says … ratings with sum …, a recount … with sum … (or their histograms differ).",
    ),
    (
        "UPDATE tallies SET histogram[3] = 1 WHERE submission = 2",
        "Photo …: its tally says … ratings with sum …, a recount … with sum … (or their histograms differ).",
    ),
    (
        "INSERT INTO ratings (rater, submission, score) SELECT id, 999, 5 FROM raters LIMIT 1",
        "Photo …: its tally says … ratings with sum …, a recount … with sum … (or their histograms differ).",
    ),
    ("DELETE FROM raters WHERE account IS NULL", "… ratings belong to raters who are not in the table of raters."),
    ("DELETE FROM tallies WHERE submission = 2", "Photo … is in the deck and has no tally: votes for it are refused."),
    (
        "UPDATE raters SET account = (SELECT owner FROM submissions WHERE id = 1) WHERE account IS NULL",
        "Photo … has a vote of its own owner, account ….",
    ),
    (
        "UPDATE raters r SET merged_into = m.id, merged_at = now() FROM raters m
         WHERE r.account IS NULL AND m.account IS NOT NULL",
        "… ratings and … reports stayed behind when their raters were merged.",
    ),
    (
        "UPDATE raters SET merged_into = gen_random_uuid(), merged_at = now() WHERE account IS NULL",
        "… raters were merged into somebody who is not there.",
    ),
    (
        "DELETE FROM photo_words WHERE word = '=cat' AND submission = 1",
        "Photo … is not found by its own words alone, and no job would notice.",
    ),
    (
        "INSERT INTO photo_words VALUES (2, 'marmalade', 3)",
        "Photo … is not found by its own words alone, and no job would notice.",
    ),
    (
        "UPDATE photo_words SET weight = 1 WHERE word = 'noodle'",
        "Photo … is not found by its own words alone, and no job would notice.",
    ),
    (
        "DELETE FROM member_words WHERE word = 'derpina'",
        "Account … is not found by its own names alone, and no job would notice.",
    ),
    (
        "DELETE FROM known_words WHERE word = 'noodle'",
        "… words are known and nothing is found by them, or the other way round.",
    ),
    (
        "INSERT INTO known_words VALUES ('xylophone')",
        "… words are known and nothing is found by them, or the other way round.",
    ),
    ("DELETE FROM words_written", "The one row of the table words_written is missing: nothing new is found."),
    ("DELETE FROM deck", "The one row of the table deck is missing: no photo gets a place."),
    ("UPDATE deck SET size = 1", "The … says that it holds … photos, and one has place …."),
    ("UPDATE deck SET described_size = 1", "The … says that it holds … photos, and one has place …."),
    ("UPDATE raters SET lap_end = 7", "… raters are on a lap that ends beyond the … places of the …."),
    (
        "UPDATE raters SET described_start = 1, described_end = 7, described_position = 0",
        "… raters are on a lap that ends beyond the … places of the ….",
    ),
    ("UPDATE raters SET position = 9", "… raters have a position past the end of their lap through the …."),
    (
        "UPDATE raters SET described_start = 1, described_end = 2, described_position = 3",
        "… raters have a position past the end of their lap through the ….",
    ),
    (
        "INSERT INTO standings VALUES (1, 9.5, 1, 7)",
        "Photo …: its standing says score …, its own figures give ….",
    ),
    ("INSERT INTO standings VALUES (999, 5.5, 1, 5)", "Photo … has a standing, and does not exist."),
    ("INSERT INTO standings VALUES (1, 5.5, 1, 5)", "The last generation ranked … photos, and … have a standing."),
    ("DELETE FROM generation", "The one row of the table generation is missing: nothing can be ranked."),
    (
        "DELETE FROM photos_to_rank; INSERT INTO photos_to_rank VALUES (0)",
        "Photo … was voted on since it was ranked, and the next ranking would not know.",
    ),
    (
        "INSERT INTO rating_moments VALUES (true, 2, 3, 4, 5, 6, 0, 0, 0, 0)",
        "Scores are estimated from … ratings of … photos, and a recount finds … of … (or their sums differ).",
    ),
    (
        "INSERT INTO rating_changes (submission, rater) VALUES (0, '00000000-0000-0000-0000-000000000000');
         INSERT INTO submission_days (submission, day, ratings, sum) VALUES (2, '2026-01-01', 1, 7)",
        "Photo … was given … ratings with sum … on … as its days say, and … with sum … by a recount (or squares or biases differ).",
    ),
    (
        "INSERT INTO rating_changes (submission, rater) VALUES (0, '00000000-0000-0000-0000-000000000000');
         DELETE FROM rating_changes WHERE submission = 1",
        "Photo … was given … ratings with sum … on … as its days say, and … with sum … by a recount (or squares or biases differ).",
    ),
    (
        "INSERT INTO rating_changes (submission, rater) VALUES (0, '00000000-0000-0000-0000-000000000000');
         INSERT INTO rater_biases (rater, ratings) SELECT rater, 2 FROM ratings",
        "The biases of … raters are not of as many ratings as they gave.",
    ),
    (
        "INSERT INTO rating_changes (submission, rater) VALUES (0, '00000000-0000-0000-0000-000000000000');
         INSERT INTO photo_biases VALUES (2, 1, 7, 0)",
        "The ratings of photo … and the biases of its raters are not the sums of its days.",
    ),
    (
        "DELETE FROM rating_changes WHERE day IS NULL;
         INSERT INTO rating_changes (submission, rater) VALUES (0, '00000000-0000-0000-0000-000000000000');
         INSERT INTO board_photos VALUES (2, 'all', '1970-01-01', 'cat', true, 3, 9, 27)",
        "Photo … is on the board of the … from … with other figures than its days have.",
    ),
    (
        "INSERT INTO rating_changes (submission, rater) VALUES (0, '00000000-0000-0000-0000-000000000000');
         INSERT INTO board_photos VALUES (2, 'all', '1970-01-01', 'cat', true, 0, 0, 0, 7.5)",
        "Photo … scores … on the board of the … from …, and its figures give ….",
    ),
    (
        "INSERT INTO rating_changes (submission, rater) VALUES (0, '00000000-0000-0000-0000-000000000000');
         INSERT INTO species VALUES ('unicorn', 7)",
        "Of the species … there are … photos as boards count them, and … on the boards.",
    ),
    (
        "DELETE FROM rating_changes;
         INSERT INTO rating_changes (submission, rater) VALUES (0, '00000000-0000-0000-0000-000000000000');
         INSERT INTO board_photos (submission, period, since, species, shown, ratings, sum, squares, viral)
         VALUES (2, 'all', '1970-01-01', 'cat', true, 0, 0, 0, 7.5)",
        "Photo … has trend … and virality … on the boards, and its days give … and ….",
    ),
    ("INSERT INTO ladder VALUES (5, 3)", "The ladder says that … photos score above …; … do."),
    (
        "INSERT INTO submissions (owner, title, species, original_key) SELECT owner, 'Late', 'cat', gen_random_uuid()
         FROM submissions WHERE id = 1",
        "Photo … waits for its renditions, and no job will make them.",
    ),
    ("UPDATE site_counts SET n = n + 1 WHERE what = 'accounts'", "Of … the site counts …, and a recount finds …."),
    (
        "UPDATE submissions SET stale_since = now() WHERE id = 1",
        "Photo … waits for its renditions, and no job will make them.",
    ),
    (
        "UPDATE submissions SET renditions_hidden = true WHERE id = 1",
        "The pictures of photo … are …, the photo is …, and no job will move them.",
    ),
    (
        "UPDATE submissions SET moderation = 'removed', ordinal = NULL, described_ordinal = NULL, original_key = NULL,
             rendition_key = NULL, rendition_sizes = '{}' WHERE id = 1",
        "Photo … was deleted, still has votes, and no job will erase them.",
    ),
    (
        "INSERT INTO discarded_blobs SELECT 'originals', original_key, now() FROM submissions WHERE id = 1",
        "The blobs under … are to be deleted, and photo … needs them.",
    ),
    (
        "INSERT INTO discarded_blobs SELECT 'images', rendition_key, now() FROM submissions WHERE id = 1",
        "The blobs under … are to be deleted, and photo … needs them.",
    ),
    (
        "UPDATE submissions SET preview_key = gen_random_uuid() WHERE id = 1;
         INSERT INTO discarded_blobs SELECT 'previews', preview_key, now() FROM submissions WHERE id = 1",
        "The blobs under … are to be deleted, and photo … needs them.",
    ),
    (
        "INSERT INTO drafts (owner, original_key, original_sha256, bytes, width, height)
         SELECT owner, gen_random_uuid(), sha256('derp'), 4, 64, 64 FROM submissions WHERE id = 1;
         INSERT INTO discarded_blobs SELECT 'originals', original_key, now() FROM drafts",
        "The blobs under … are to be deleted, and draft … needs them.",
    ),
    ("DELETE FROM sweep", "The one row of the table sweep is missing: nobody looks for blobs without a row."),
    (
        "DELETE FROM settings",
        "Account … has no settings: whoever is logged in to it is logged out, and the next login makes them anew.",
    ),
    ("DELETE FROM raters WHERE account IS NOT NULL", "Account … is logged in and has no rater: it is shown no photo."),
    (
        "INSERT INTO two_factor (account, secret, salt, confirmed_at) SELECT account, '', substring(sha256('') FOR 16), now()
         FROM sessions",
        "Account … needs codes to log in and was given no recovery codes.",
    ),
    (
        "UPDATE accounts SET suspended_at = now(), suspension = 'Because.' WHERE username = 'derpina'",
        "Account … may not come in and is still logged in.",
    ),
    (
        "UPDATE accounts SET deleted_at = now(), password_hash = NULL, email = NULL, email_verified_at = NULL
         WHERE username = 'derpina'",
        "Account … was deleted, and still has ….",
    ),
    (
        "UPDATE accounts SET role = 'operator' WHERE username = 'derpina'",
        "Account … is …, and the audit log does not say since when.",
    ),
    ("DELETE FROM fang_tasks WHERE kind = 'send_mail'", "Mail … is owed, and no job will send it."),
    (
        "UPDATE fang_tasks SET state = 'in_progress' WHERE number = 1",
        "Job … is being processed, but nobody holds it.",
    ),
    (
        "UPDATE fang_tasks SET state = 'in_progress', lease_owner = 1, lease_until = now() - interval '1 hour' WHERE number = 1",
        "Job … is held by worker …, whose lease ended ….",
    ),
    (
        "INSERT INTO workers (host, pid, slots, stopped_at) VALUES ('derp', 1, 1, now());
         UPDATE fang_tasks SET state = 'in_progress', lease_owner = (SELECT max(number) FROM workers), lease_until = now()",
        "Job … is held by worker …, which has stopped.",
    ),
    (
        "UPDATE fang_tasks SET state = 'in_progress' WHERE number = 1",
        "Job … is being processed without an open attempt ….",
    ),
    (
        "INSERT INTO job_attempts (job, attempt, worker) VALUES (1, 1, 1)",
        "Attempt … of job … is open, but the job does not run.",
    ),
    (
        "UPDATE fang_tasks SET task_type = 'nowhere' WHERE number = 1",
        "Job … is in the lane …, which does not exist.",
    ),
    ("UPDATE fang_tasks SET lease_owner = 1 WHERE number = 1", "Job … does not run, and worker … still holds it."),
    (
        "INSERT INTO job_count_deltas (state, kind, lane, n) VALUES ('new', 'send_mail', 'mail', 1)",
        "The counters say that … jobs (… in the lane …) are …, a recount says ….",
    ),
    (
        "INSERT INTO job_counts VALUES ('failed', 'nothing', 'mail', 1)",
        "The counters say that … jobs (… in the lane …) are …, a recount says ….",
    ),
    (
        "ALTER TABLE fang_tasks DISABLE TRIGGER count_deleted_jobs; DELETE FROM fang_tasks",
        "The counters say that … jobs (… in the lane …) are …, a recount says ….",
    ),
    (
        "INSERT INTO operations (actor_name, verb, request, sentence, state, counted, done, ended_at)
         VALUES ('anna', 'retry', '', 'Job 7', 'done', 1, 1, now())",
        "Operation … says that of … jobs … are done, … moved and … refused, a recount says …, …, … and ….",
    ),
    (
        "INSERT INTO operations (actor_name, verb, request, sentence, state) VALUES ('anna', 'retry', '', 'Job 7', 'running')",
        "Operation … is …, and no job will go on with it.",
    ),
    ("INSERT INTO schedules (name, tick) VALUES ('rank', now())", "The tick of … at … led to no job."),
    ("DELETE FROM lanes WHERE name = 'ranking'", "The lane … is missing: its jobs would wait for ever."),
    (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'reports_by_time'::regclass",
        "The index … is not valid: no query uses it, and it may hold nothing unique.",
    ),
    (
        "ALTER TABLE reports ADD CONSTRAINT later CHECK (true) NOT VALID",
        "The constraint … of … was never checked against the rows that were there before it.",
    ),
];

/// What PostgreSQL must refuse, and by which constraint.
pub const REFUSED: &[(&str, &str)] = &[
    ("INSERT INTO ratings (rater, submission, score) SELECT id, 1, 11 FROM raters", "ratings_score_check"),
    ("INSERT INTO ratings SELECT * FROM ratings", "ratings_pkey"),
    ("UPDATE tallies SET histogram = '{1}'", "tallies_histogram_check"),
    ("INSERT INTO tallies (submission) VALUES (999)", "tallies_submission_fkey"),
    ("UPDATE raters SET lap_end = lap_start - 1", "raters_check"),
    ("UPDATE raters SET described_start = 1", "raters_described_lap"),
    ("UPDATE raters SET merged_into = id", "raters_merged_once"),
    (
        "UPDATE raters SET merged_into = id, merged_at = now() WHERE account IS NOT NULL",
        "raters_merged_without_account",
    ),
    (
        "INSERT INTO raters (id, account, lap_start, lap_end) SELECT gen_random_uuid(), account, 1, 1 FROM raters",
        "raters_account_key",
    ),
    ("INSERT INTO photo_words SELECT * FROM photo_words", "photo_words_pkey"),
    ("INSERT INTO member_words SELECT * FROM member_words", "member_words_pkey"),
    ("INSERT INTO favourites (account, submission) VALUES (1, 999)", "favourites_submission_fkey"),
    ("INSERT INTO favourites (account, submission) VALUES (999, 1)", "favourites_account_fkey"),
    ("INSERT INTO awaited_photos VALUES (999, now(), 1, 1)", "awaited_photos_account_fkey"),
    ("INSERT INTO awaited_photos SELECT 1, now(), 1, 1 FROM generate_series(1, 2)", "awaited_photos_pkey"),
    ("INSERT INTO words_to_write DEFAULT VALUES", "words_to_write_check"),
    ("INSERT INTO deck DEFAULT VALUES", "deck_pkey"),
    ("UPDATE submissions SET ordinal = 1", "submissions_ordinal_key"),
    ("UPDATE submissions SET described_ordinal = 1", "submissions_described_ordinal_key"),
    ("UPDATE submissions SET ordinal = NULL, described_ordinal = NULL", "submissions_check2"),
    ("UPDATE submissions SET described_ordinal = NULL", "submissions_described"),
    ("UPDATE submissions SET rendition_sizes = '{}'", "submissions_sizes"),
    ("UPDATE submissions SET similar_to = id", "submissions_near"),
    ("UPDATE submissions SET rendition_key = NULL", "submissions_check3"),
    ("UPDATE submissions SET owner = 999", "submissions_owner_fkey"),
    ("INSERT INTO reports (rater, submission, reason) SELECT id, 999, 'other' FROM raters", "reports_submission_fkey"),
    ("UPDATE accounts SET email_verified_at = now()", "accounts_check"),
    ("UPDATE accounts SET username = 'x'", "accounts_username_check"),
    ("UPDATE accounts SET deleted_at = now(), role = 'operator' WHERE password_hash IS NULL", "accounts_deleted"),
    ("UPDATE sessions SET token_hash = ''", "sessions_token_hash_check"),
    ("UPDATE sessions SET account = 999", "sessions_account_fkey"),
    ("INSERT INTO audit_log (account, action) VALUES (999, 'suspended')", "audit_log_account_fkey"),
    ("UPDATE mails SET reason = 'Because.'", "mails_check1"),
    ("INSERT INTO job_attempts (job, attempt, worker, ended_at) VALUES (1, 1, 1, now())", "job_attempts_check"),
    ("UPDATE fang_tasks SET superseded_by = 1", "fang_tasks_check"),
    ("INSERT INTO schedules (name, tick) SELECT 'rank', now() FROM generate_series(1, 2)", "schedules_pkey"),
];
