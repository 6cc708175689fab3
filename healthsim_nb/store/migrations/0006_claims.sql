-- What claims, plans and authorizations say beside the first declaration: payers in turn, adjustments, appeals.
ALTER TABLE hs.plans ALTER COLUMN oop_max_individual DROP NOT NULL;
ALTER TABLE hs.plans ALTER COLUMN oop_max_family DROP NOT NULL;
ALTER TABLE hs.plans ADD COLUMN market TEXT;
ALTER TABLE hs.plans ADD COLUMN timely_filing_days INTEGER;
ALTER TABLE hs.plans ADD COLUMN monthly_premium DECIMAL(12,2);
ALTER TABLE hs.coverage_spans ADD COLUMN subscriber_id BIGINT;
ALTER TABLE hs.claims ADD COLUMN payer_sequence INTEGER;
ALTER TABLE hs.claims ADD COLUMN other_payer_paid DECIMAL(12,2);
ALTER TABLE hs.claims ADD COLUMN total_adjustment DECIMAL(12,2);
ALTER TABLE hs.claims ADD COLUMN earlier_claim_id BIGINT;
ALTER TABLE hs.claim_lines ADD COLUMN carc_group TEXT;
ALTER TABLE hs.claim_lines ADD COLUMN adjustment_amount DECIMAL(12,2);
ALTER TABLE hs.claim_lines ADD COLUMN other_payer_amount DECIMAL(12,2);
ALTER TABLE hs.authorizations ADD COLUMN pended_date DATE;
ALTER TABLE hs.authorizations ADD COLUMN appeal_date DATE;
ALTER TABLE hs.authorizations ADD COLUMN appeal_outcome TEXT;
