-- The users.
CREATE TABLE IF NOT EXISTS app."users" (
  id integer PRIMARY KEY,

  name text NOT NULL
);

INSERT INTO users VALUES (1, 'a;b');

CREATE OR REPLACE FUNCTION touch() RETURNS trigger AS $$
BEGIN
  NEW.changed = now();
  RETURN NEW;
END;
$$ LANGUAGE plpgsql;

SELECT count(*)
FROM users
