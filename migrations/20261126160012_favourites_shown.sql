-- May others see them?
ALTER TABLE settings ADD COLUMN favourites_public boolean NOT NULL DEFAULT false;
