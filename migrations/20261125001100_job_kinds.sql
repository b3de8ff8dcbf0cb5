-- Kinds of jobs become verbs with objects, since operators read them.
--
-- Processes of before may go on beside new ones: they look for the old kinds and find none, and what they add is renamed
-- as it comes in. A later migration drops the trigger and its functions, once no such process is left.
CREATE FUNCTION renamed_job_kind(kind text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
    CASE kind
        WHEN 'thumbnail' THEN 'make_thumbnails'
        WHEN 'preview' THEN 'make_preview'
        WHEN 'relocate' THEN 'move_thumbnails'
        WHEN 'rerender' THEN 'remake_all_thumbnails'
        WHEN 'erase' THEN 'delete_votes'
        WHEN 'mail' THEN 'send_mail'
        WHEN 'digests' THEN 'queue_digests'
        WHEN 'forget' THEN 'delete_accounts'
        WHEN 'rank' THEN 'rank_photos'
        WHEN 'prune' THEN 'delete_old_records'
        WHEN 'discard' THEN 'delete_discarded_blobs'
        WHEN 'sweep' THEN 'delete_orphaned_blobs'
        ELSE kind
    END;

-- `thumbnail:7` becomes `make_thumbnails:7`, so that of two processes each finds what the other has already asked for.
CREATE FUNCTION renamed_job_name(name text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
    renamed_job_kind(split_part(name, ':', 1)) || coalesce(substring(name FROM ':.*'), '');

CREATE FUNCTION rename_old_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.kind := renamed_job_kind(NEW.kind);
    NEW.uniq_hash := renamed_job_name(NEW.uniq_hash);
    NEW.metadata := jsonb_set(NEW.metadata, '{job,kind}', to_jsonb(NEW.kind), false);
    RETURN NEW;
END
$$;

-- Waits for everybody who is adding or ending jobs, and keeps others waiting until this has committed: no row slips through.
CREATE TRIGGER rename_old_job BEFORE INSERT ON fang_tasks FOR EACH ROW
    WHEN (NEW.kind IN ('thumbnail', 'preview', 'relocate', 'rerender', 'erase', 'mail', 'digests', 'forget', 'rank', 'prune',
        'discard', 'sweep'))
    EXECUTE FUNCTION rename_old_job();

-- Jobs that run are renamed too: their process ends them by id and attempt, and where it dies, a new one rescues them.
-- Finished ones keep the kind that they had, since there may be millions; they go after two weeks.
UPDATE fang_tasks
SET kind = renamed_job_kind(kind),
    uniq_hash = renamed_job_name(uniq_hash),
    metadata = jsonb_set(metadata, '{job,kind}', to_jsonb(renamed_job_kind(kind)), false)
WHERE state <> 'finished' AND kind <> renamed_job_kind(kind);

-- A schedule has the name of its kind. The last tick under the old name counts for the new one, so that none comes again;
-- it stays for the processes that tick under the old name.
INSERT INTO schedules (name, tick, job)
SELECT DISTINCT ON (name) renamed_job_kind(name), tick, job
FROM schedules
WHERE name <> renamed_job_kind(name)
ORDER BY name, tick DESC;
