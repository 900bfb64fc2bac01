-- The works, what is asked of them, and their vectors. Times are milliseconds since the epoch.

-- A work is its document; the columns beside it are what is filtered, sorted or claimed by.
CREATE TABLE artworks (
  id TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,
  artist TEXT NOT NULL,
  category TEXT NOT NULL,
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'private')),
  likes INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  cover TEXT NOT NULL,
  -- 'key:…' as the uploader sent it; the work's own id where none was sent or a day has passed
  key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed')),
  wanted TEXT NOT NULL CHECK (wanted IN ('all', 'match', 'eyes')),
  -- when somebody may take it: the time it is due, then the end of the lease; NULL where nothing is to be done
  run_at INTEGER,
  fence INTEGER NOT NULL DEFAULT 0,
  worker TEXT,
  -- when a second look is due; it may wait beside a match that is due first. NULL where none is, and while somebody is at it
  look_at INTEGER,
  -- whose eyes looked last, and for whose the second look was made due
  eyes TEXT,
  renewed_for TEXT,
  document TEXT NOT NULL,
  CHECK ((run_at IS NULL) = (state IN ('done', 'failed'))),
  CHECK (look_at IS NULL OR (state <> 'failed' AND (state = 'done' OR wanted = 'match')))
) STRICT;

CREATE UNIQUE INDEX artworks_key ON artworks (owner, key);
CREATE UNIQUE INDEX artworks_cover ON artworks (owner, cover);

-- Lists are the public works and, beside them, the viewer's own hidden ones: each half reads one index in its order.
CREATE INDEX public_newest ON artworks (created DESC, id DESC) WHERE visibility = 'public';
CREATE INDEX public_newest_category ON artworks (category, created DESC, id DESC) WHERE visibility = 'public';
CREATE INDEX public_newest_artist ON artworks (artist, created DESC, id DESC) WHERE visibility = 'public';
CREATE INDEX public_liked ON artworks (likes DESC, id DESC) WHERE visibility = 'public';
CREATE INDEX public_liked_category ON artworks (category, likes DESC, id DESC) WHERE visibility = 'public';
CREATE INDEX public_liked_artist ON artworks (artist, likes DESC, id DESC) WHERE visibility = 'public';
-- category and artist stand at the end so that they are compared without reading the row
CREATE INDEX hidden_newest ON artworks (owner, created DESC, id DESC, category, artist) WHERE visibility <> 'public';
CREATE INDEX hidden_liked ON artworks (owner, likes DESC, id DESC, category, artist) WHERE visibility <> 'public';

-- run_at stands at the end so that what is leased or delayed is passed over without reading the row
CREATE INDEX artworks_due ON artworks (created DESC, id DESC, run_at) WHERE run_at IS NOT NULL AND wanted <> 'eyes';
CREATE INDEX looks_begun ON artworks (run_at, id DESC) WHERE run_at IS NOT NULL AND wanted = 'eyes';
CREATE INDEX looks_due ON artworks (look_at, id DESC) WHERE look_at IS NOT NULL AND state = 'done';
-- those that other eyes looked at, and among them those for whom no second look is due
CREATE INDEX artworks_eyes ON artworks (eyes, state, look_at, id DESC) WHERE state <> 'failed';
CREATE INDEX artworks_state ON artworks (state);
CREATE INDEX artworks_updated ON artworks (updated, id);

-- created and likes are copied from the work so that a tag's page is one walk of one index
CREATE TABLE tags (
  artwork TEXT NOT NULL REFERENCES artworks (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  likes INTEGER NOT NULL,
  PRIMARY KEY (artwork, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX tags_newest ON tags (name, created DESC, artwork DESC);
CREATE INDEX tags_liked ON tags (name, likes DESC, artwork DESC);

-- every original and rendition a work needs; the collector asks here before it takes a blob
CREATE TABLE blobs (
  sha256 TEXT NOT NULL,
  artwork TEXT NOT NULL REFERENCES artworks (id) ON DELETE CASCADE,
  PRIMARY KEY (sha256, artwork)
) STRICT, WITHOUT ROWID;

CREATE INDEX blobs_artwork ON blobs (artwork);

CREATE TABLE vectors (
  space TEXT NOT NULL,
  artwork TEXT NOT NULL REFERENCES artworks (id) ON DELETE CASCADE,
  page INTEGER NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (space, artwork, page)
) STRICT;

CREATE INDEX vectors_artwork ON vectors (artwork);

-- the space that searches by meaning use: one row or none
CREATE TABLE active_space (
  space TEXT NOT NULL
) STRICT;

CREATE TABLE calibrations (
  space TEXT NOT NULL PRIMARY KEY,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- how often others were asked on a day, by who pays for it
CREATE TABLE calls (
  day TEXT NOT NULL,
  purse TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (day, purse)
) STRICT, WITHOUT ROWID;

-- deletions, for followers; updated is when
CREATE TABLE tombstones (
  id TEXT NOT NULL PRIMARY KEY,
  updated INTEGER NOT NULL
) STRICT;

CREATE INDEX tombstones_updated ON tombstones (updated, id);

-- forgotten: the newest deletion whose tombstone was dropped; checked: when the health check last wrote
CREATE TABLE marks (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;

INSERT INTO marks (name, value) VALUES ('forgotten', 0), ('checked', 0);
