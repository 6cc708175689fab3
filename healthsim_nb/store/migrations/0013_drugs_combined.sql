-- Whether a plan counts drugs towards its deductible and maximum, beside medical care.
ALTER TABLE hs.plans ADD COLUMN drugs_combined BOOLEAN;
