ALTER TABLE standings ADD squares bigint; -- sum of the squares of its ratings; nothing where an older program worked it out
