-- Which places an object writes: kind/name/incarnation, and a whole number from 1 to 2^53 - 1. src/audit/event/place.ts says
-- the same. Against mistakes: whoever owns the database can drop this, and verification relies on none of it.
CREATE TRIGGER audit_events_in_place_on_insert BEFORE INSERT ON audit_events
WHEN NOT (typeof(NEW.chain) = 'text' AND typeof(NEW.seq) = 'integer' AND NEW.seq BETWEEN 1 AND 9007199254740991
  AND (NEW.chain GLOB 'session/?*/?*' OR NEW.chain GLOB 'effect/?*/?*' OR NEW.chain GLOB 'person/?*/?*'
    OR NEW.chain GLOB 'credential/?*/?*' OR NEW.chain GLOB 'plan/?*/?*' OR NEW.chain GLOB 'tenant/?*/?*'))
BEGIN
  SELECT RAISE(ABORT, 'no object writes an event in this place');
END;

CREATE TRIGGER audit_events_in_place_on_update BEFORE UPDATE OF chain, seq ON audit_events
WHEN NOT (typeof(NEW.chain) = 'text' AND typeof(NEW.seq) = 'integer' AND NEW.seq BETWEEN 1 AND 9007199254740991
  AND (NEW.chain GLOB 'session/?*/?*' OR NEW.chain GLOB 'effect/?*/?*' OR NEW.chain GLOB 'person/?*/?*'
    OR NEW.chain GLOB 'credential/?*/?*' OR NEW.chain GLOB 'plan/?*/?*' OR NEW.chain GLOB 'tenant/?*/?*'))
BEGIN
  SELECT RAISE(ABORT, 'no object writes an event in this place');
END;

-- What the trigger refuses, should it be there all the same: pages that leave it out count it. Nearly always empty.
CREATE INDEX audit_events_planted ON audit_events (chain, seq)
WHERE NOT (typeof(chain) = 'text' AND typeof(seq) = 'integer' AND +seq BETWEEN 1 AND 9007199254740991
  AND (+chain GLOB 'session/?*/?*' OR +chain GLOB 'effect/?*/?*' OR +chain GLOB 'person/?*/?*'
    OR +chain GLOB 'credential/?*/?*' OR +chain GLOB 'plan/?*/?*' OR +chain GLOB 'tenant/?*/?*'));
