-- Somebody who sees how the site runs and changes nothing. Programs of before do not know the word: give it to somebody when all run anew.
ALTER TYPE account_role ADD VALUE IF NOT EXISTS 'observer';
