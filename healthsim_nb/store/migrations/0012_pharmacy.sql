-- The plan of a pharmacy claim, who else paid, what counted, and what would resolve a rejection.
ALTER TABLE hs.rx_members ADD COLUMN plan_id BIGINT;
ALTER TABLE hs.pharmacy_claims ADD COLUMN plan_id BIGINT;
ALTER TABLE hs.pharmacy_claims ADD COLUMN program TEXT;
ALTER TABLE hs.pharmacy_claims ADD COLUMN out_of_pocket DECIMAL(12,2);
ALTER TABLE hs.pharmacy_claims ADD COLUMN resolution TEXT;
