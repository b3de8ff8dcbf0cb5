-- no-transaction
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS sessions_doubled_token_hash_key ON sessions (doubled_token_hash)
    WHERE doubled_token_hash IS NOT NULL;
