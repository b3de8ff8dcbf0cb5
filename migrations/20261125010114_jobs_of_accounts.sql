-- no-transaction
-- Jobs about an account.
CREATE INDEX CONCURRENTLY IF NOT EXISTS fang_tasks_account ON fang_tasks (account, number)
    WHERE account IS NOT NULL;
