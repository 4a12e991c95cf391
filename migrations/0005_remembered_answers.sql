-- What public sources said of vulnerabilities, for when they can't be asked, or needn't be. Nothing in it is of the
-- tenant, and losing it costs no more than asking again.
CREATE TABLE remembered_answers (
  -- The source, and the form in which its answers are kept here.
  source TEXT NOT NULL,
  -- What was asked for.
  id TEXT NOT NULL,
  -- When the source said it, in milliseconds since the epoch.
  asked_at INTEGER NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (source, id)
);

CREATE INDEX remembered_answers_asked_at ON remembered_answers (asked_at);
