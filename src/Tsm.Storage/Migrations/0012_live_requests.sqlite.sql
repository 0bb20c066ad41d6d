-- Why the index:
-- 1. What was granted under a contract, and is on no card's list yet, is counted with every request that brings something.

CREATE INDEX requests_live_by_contract ON requests (tenant, contract) WHERE ended_at IS NULL AND contract IS NOT NULL;
