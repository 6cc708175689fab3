-- Every canonical table, as declared in healthsim_nb/schema/tables.

CREATE SCHEMA hs;

CREATE SEQUENCE hs.scenarios_seq;

CREATE SEQUENCE hs.runs_seq;

CREATE TABLE hs.persons (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    household_id BIGINT NOT NULL,
    household_role TEXT NOT NULL,
    given_name TEXT NOT NULL,
    middle_name TEXT,
    family_name TEXT NOT NULL,
    birth_date DATE NOT NULL,
    gender TEXT NOT NULL,
    race TEXT NOT NULL,
    ethnicity TEXT NOT NULL,
    language TEXT NOT NULL,
    marital_status TEXT NOT NULL,
    smoking_status TEXT NOT NULL,
    death_date DATE
);

CREATE TABLE hs.providers (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    npi TEXT NOT NULL,
    dea_number TEXT,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    gender TEXT NOT NULL,
    specialty TEXT NOT NULL,
    taxonomy_code TEXT NOT NULL,
    facility_id BIGINT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    phone TEXT NOT NULL
);

CREATE TABLE hs.facilities (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    npi TEXT NOT NULL,
    name TEXT NOT NULL,
    facility_type TEXT NOT NULL,
    taxonomy_code TEXT NOT NULL,
    street_address TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    county_fips TEXT NOT NULL,
    phone TEXT NOT NULL
);

CREATE TABLE hs.patients (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    mrn TEXT NOT NULL,
    ssn TEXT,
    given_name TEXT NOT NULL,
    middle_name TEXT,
    family_name TEXT NOT NULL,
    birth_date DATE NOT NULL,
    gender TEXT NOT NULL,
    race TEXT NOT NULL,
    ethnicity TEXT NOT NULL,
    language TEXT NOT NULL,
    street_address TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    county_fips TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT,
    line_of_business TEXT NOT NULL,
    deceased BOOLEAN NOT NULL,
    death_date DATE,
    primary_care_provider_id BIGINT NOT NULL
);

CREATE TABLE hs.encounters (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    provider_id BIGINT NOT NULL,
    facility_id BIGINT NOT NULL,
    class_code TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    admission_time TIMESTAMP NOT NULL,
    discharge_time TIMESTAMP,
    chief_complaint TEXT NOT NULL,
    discharge_disposition TEXT,
    drg_code TEXT
);

CREATE TABLE hs.diagnoses (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    description TEXT NOT NULL,
    type TEXT NOT NULL,
    diagnosed_date DATE NOT NULL,
    onset_date DATE NOT NULL,
    resolved_date DATE,
    present_on_admission TEXT
);

CREATE TABLE hs.procedures (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT NOT NULL,
    order_id BIGINT,
    code TEXT NOT NULL,
    code_system TEXT NOT NULL,
    description TEXT NOT NULL,
    performed_time TIMESTAMP NOT NULL,
    provider_id BIGINT NOT NULL
);

CREATE TABLE hs.orders (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT NOT NULL,
    order_type TEXT NOT NULL,
    code TEXT NOT NULL,
    code_system TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    ordered_time TIMESTAMP NOT NULL,
    provider_id BIGINT NOT NULL
);

CREATE TABLE hs.lab_results (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    loinc_code TEXT NOT NULL,
    test_name TEXT NOT NULL,
    value_numeric DOUBLE,
    value_text TEXT,
    unit TEXT,
    reference_low DOUBLE,
    reference_high DOUBLE,
    abnormal_flag TEXT,
    collected_time TIMESTAMP NOT NULL,
    resulted_time TIMESTAMP NOT NULL
);

CREATE TABLE hs.vital_signs (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT NOT NULL,
    observation_time TIMESTAMP NOT NULL,
    temperature DOUBLE,
    heart_rate INTEGER,
    respiratory_rate INTEGER,
    systolic_bp INTEGER,
    diastolic_bp INTEGER,
    spo2 INTEGER,
    height_cm DOUBLE,
    weight_kg DOUBLE,
    bmi DOUBLE
);

CREATE TABLE hs.medications (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT NOT NULL,
    rxnorm_code TEXT NOT NULL,
    name TEXT NOT NULL,
    dose TEXT NOT NULL,
    route TEXT NOT NULL,
    frequency TEXT NOT NULL,
    indication_code TEXT NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE,
    status TEXT NOT NULL,
    prescriber_id BIGINT NOT NULL
);

CREATE TABLE hs.allergies (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT,
    code TEXT NOT NULL,
    code_system TEXT NOT NULL,
    substance TEXT NOT NULL,
    category TEXT NOT NULL,
    reaction TEXT,
    severity TEXT,
    recorded_date DATE NOT NULL
);

CREATE TABLE hs.immunizations (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT NOT NULL,
    cvx_code TEXT NOT NULL,
    name TEXT NOT NULL,
    dose_number INTEGER,
    administered_date DATE NOT NULL,
    status TEXT NOT NULL
);

CREATE TABLE hs.clinical_notes (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT NOT NULL,
    loinc_code TEXT NOT NULL,
    note_type TEXT NOT NULL,
    authored_time TIMESTAMP NOT NULL,
    provider_id BIGINT NOT NULL,
    text TEXT NOT NULL
);

CREATE TABLE hs.plans (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    plan_code TEXT NOT NULL,
    name TEXT NOT NULL,
    plan_type TEXT NOT NULL,
    line_of_business TEXT NOT NULL,
    payer_name TEXT NOT NULL,
    payer_id TEXT NOT NULL,
    network_id BIGINT,
    metal_level TEXT,
    plan_year INTEGER NOT NULL,
    deductible_individual DECIMAL(12,2) NOT NULL,
    deductible_family DECIMAL(12,2) NOT NULL,
    deductible_out_of_network DECIMAL(12,2),
    oop_max_individual DECIMAL(12,2) NOT NULL,
    oop_max_family DECIMAL(12,2) NOT NULL,
    oop_max_out_of_network DECIMAL(12,2),
    coinsurance_rate DOUBLE NOT NULL,
    copay_primary_care DECIMAL(12,2),
    copay_specialist DECIMAL(12,2),
    copay_urgent_care DECIMAL(12,2),
    copay_emergency DECIMAL(12,2),
    copay_inpatient DECIMAL(12,2),
    requires_referral BOOLEAN NOT NULL,
    hsa_eligible BOOLEAN NOT NULL
);

CREATE TABLE hs.groups (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    group_number TEXT NOT NULL,
    name TEXT NOT NULL,
    group_type TEXT NOT NULL,
    tax_id TEXT,
    industry TEXT,
    size INTEGER,
    state TEXT NOT NULL,
    effective_date DATE NOT NULL,
    termination_date DATE
);

CREATE TABLE hs.members (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    patient_id BIGINT,
    member_number TEXT NOT NULL,
    subscriber_id BIGINT NOT NULL,
    relationship_code TEXT NOT NULL,
    plan_id BIGINT NOT NULL,
    group_id BIGINT,
    coverage_start DATE NOT NULL,
    coverage_end DATE,
    status TEXT NOT NULL,
    primary_care_provider_id BIGINT
);

CREATE TABLE hs.coverage_spans (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    plan_id BIGINT NOT NULL,
    group_id BIGINT,
    coverage_type TEXT NOT NULL,
    priority INTEGER NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE,
    termination_reason TEXT,
    monthly_premium DECIMAL(12,2)
);

CREATE TABLE hs.accumulators (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    subscriber_id BIGINT NOT NULL,
    plan_id BIGINT NOT NULL,
    plan_year INTEGER NOT NULL,
    claim_id BIGINT,
    pharmacy_claim_id BIGINT,
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    network_tier TEXT NOT NULL,
    entry_date DATE NOT NULL,
    amount DECIMAL(12,2) NOT NULL,
    balance DECIMAL(12,2) NOT NULL,
    limit_amount DECIMAL(12,2) NOT NULL
);

CREATE TABLE hs.claims (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    claim_number TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT NOT NULL,
    plan_id BIGINT NOT NULL,
    authorization_id BIGINT,
    claim_type TEXT NOT NULL,
    status TEXT NOT NULL,
    frequency_code TEXT NOT NULL,
    original_claim_id BIGINT,
    service_date DATE NOT NULL,
    service_end_date DATE NOT NULL,
    principal_diagnosis TEXT NOT NULL,
    other_diagnoses TEXT,
    admitting_diagnosis TEXT,
    billing_provider_id BIGINT NOT NULL,
    rendering_provider_id BIGINT,
    facility_id BIGINT NOT NULL,
    place_of_service TEXT,
    bill_type TEXT,
    drg_code TEXT,
    in_network BOOLEAN NOT NULL,
    total_charge DECIMAL(12,2) NOT NULL,
    total_allowed DECIMAL(12,2) NOT NULL,
    total_paid DECIMAL(12,2) NOT NULL,
    patient_responsibility DECIMAL(12,2) NOT NULL,
    submitted_date DATE NOT NULL,
    received_date DATE NOT NULL,
    adjudicated_date DATE,
    paid_date DATE
);

CREATE TABLE hs.claim_lines (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    claim_id BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    procedure_code TEXT,
    modifiers TEXT,
    revenue_code TEXT,
    place_of_service TEXT,
    ndc TEXT,
    service_date DATE NOT NULL,
    units DECIMAL(12,2) NOT NULL,
    charge_amount DECIMAL(12,2) NOT NULL,
    allowed_amount DECIMAL(12,2) NOT NULL,
    deductible_amount DECIMAL(12,2) NOT NULL,
    copay_amount DECIMAL(12,2) NOT NULL,
    coinsurance_amount DECIMAL(12,2) NOT NULL,
    paid_amount DECIMAL(12,2) NOT NULL,
    patient_responsibility DECIMAL(12,2) NOT NULL,
    diagnosis_pointers TEXT,
    carc_code TEXT,
    rarc_code TEXT,
    status TEXT NOT NULL
);

CREATE TABLE hs.remittances (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    claim_id BIGINT NOT NULL,
    payee_provider_id BIGINT NOT NULL,
    check_number TEXT NOT NULL,
    payment_method TEXT NOT NULL,
    payment_date DATE NOT NULL,
    claim_status_code TEXT NOT NULL,
    charge_amount DECIMAL(12,2) NOT NULL,
    paid_amount DECIMAL(12,2) NOT NULL,
    patient_responsibility DECIMAL(12,2) NOT NULL,
    payer_control_number TEXT NOT NULL
);

CREATE TABLE hs.authorizations (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    authorization_number TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    encounter_id BIGINT,
    order_id BIGINT,
    requesting_provider_id BIGINT NOT NULL,
    service_type TEXT NOT NULL,
    code TEXT,
    code_system TEXT,
    diagnosis_code TEXT NOT NULL,
    urgency TEXT NOT NULL,
    requested_date DATE NOT NULL,
    decision_date DATE,
    status TEXT NOT NULL,
    denial_reason TEXT,
    units_requested INTEGER,
    units_approved INTEGER,
    valid_from DATE,
    valid_to DATE
);

CREATE TABLE hs.enrollment_events (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    plan_id BIGINT NOT NULL,
    event_type TEXT NOT NULL,
    maintenance_type_code TEXT NOT NULL,
    reason_code TEXT,
    event_date DATE NOT NULL,
    effective_date DATE NOT NULL
);

CREATE TABLE hs.care_gaps (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    member_id BIGINT,
    provider_id BIGINT,
    measure_id TEXT NOT NULL,
    measure_name TEXT NOT NULL,
    measurement_year INTEGER NOT NULL,
    excluded BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    closed_date DATE,
    evidence_encounter_id BIGINT
);

CREATE TABLE hs.risk_scores (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    member_id BIGINT,
    model TEXT NOT NULL,
    score_year INTEGER NOT NULL,
    demographic_score DOUBLE NOT NULL,
    disease_score DOUBLE NOT NULL,
    score DOUBLE NOT NULL,
    categories TEXT
);

CREATE TABLE hs.rx_members (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    patient_id BIGINT,
    cardholder_id TEXT NOT NULL,
    person_code TEXT NOT NULL,
    relationship_code TEXT NOT NULL,
    bin TEXT NOT NULL,
    pcn TEXT NOT NULL,
    group_code TEXT NOT NULL,
    formulary_id TEXT NOT NULL,
    benefit_type TEXT NOT NULL,
    low_income_subsidy TEXT,
    coverage_start DATE NOT NULL,
    coverage_end DATE
);

CREATE TABLE hs.prescriptions (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    prescription_number TEXT NOT NULL,
    patient_id BIGINT NOT NULL,
    member_id BIGINT,
    medication_id BIGINT NOT NULL,
    ndc TEXT NOT NULL,
    rxnorm_code TEXT NOT NULL,
    drug_name TEXT NOT NULL,
    quantity_prescribed DECIMAL(12,3) NOT NULL,
    quantity_unit TEXT NOT NULL,
    days_supply INTEGER NOT NULL,
    refills_authorized INTEGER NOT NULL,
    written_date DATE NOT NULL,
    expiration_date DATE NOT NULL,
    prescriber_id BIGINT NOT NULL,
    pharmacy_id BIGINT,
    daw_code TEXT NOT NULL,
    directions TEXT NOT NULL,
    diagnosis_code TEXT,
    status TEXT NOT NULL
);

CREATE TABLE hs.pharmacy_claims (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    claim_number TEXT NOT NULL,
    prescription_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    pharmacy_id BIGINT NOT NULL,
    prescriber_id BIGINT NOT NULL,
    transaction_code TEXT NOT NULL,
    original_claim_id BIGINT,
    status TEXT NOT NULL,
    reject_code TEXT,
    fill_number INTEGER NOT NULL,
    service_date DATE NOT NULL,
    service_time TIMESTAMP NOT NULL,
    ndc TEXT NOT NULL,
    quantity_dispensed DECIMAL(12,3) NOT NULL,
    days_supply INTEGER NOT NULL,
    tier INTEGER,
    part_d_phase TEXT,
    usual_and_customary DECIMAL(12,2) NOT NULL,
    ingredient_cost DECIMAL(12,2) NOT NULL,
    dispensing_fee DECIMAL(12,2) NOT NULL,
    total_price DECIMAL(12,2) NOT NULL,
    deductible_amount DECIMAL(12,2) NOT NULL,
    copay_amount DECIMAL(12,2) NOT NULL,
    coinsurance_amount DECIMAL(12,2) NOT NULL,
    program_paid DECIMAL(12,2) NOT NULL,
    patient_pay DECIMAL(12,2) NOT NULL,
    plan_paid DECIMAL(12,2) NOT NULL
);

CREATE TABLE hs.dur_alerts (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    pharmacy_claim_id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    reason_code TEXT NOT NULL,
    severity TEXT NOT NULL,
    description TEXT NOT NULL,
    conflicting_claim_id BIGINT,
    conflicting_ndc TEXT,
    professional_service_code TEXT,
    result_code TEXT,
    alert_date DATE NOT NULL
);

CREATE TABLE hs.pharmacies (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    npi TEXT NOT NULL,
    ncpdp_id TEXT NOT NULL,
    name TEXT NOT NULL,
    chain_name TEXT,
    pharmacy_type TEXT NOT NULL,
    street_address TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    county_fips TEXT NOT NULL,
    phone TEXT NOT NULL
);

CREATE TABLE hs.formulary_drugs (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    formulary_id TEXT NOT NULL,
    plan_id BIGINT,
    ndc TEXT NOT NULL,
    rxnorm_code TEXT NOT NULL,
    drug_name TEXT NOT NULL,
    tier INTEGER NOT NULL,
    tier_name TEXT NOT NULL,
    copay_amount DECIMAL(12,2),
    coinsurance_rate DOUBLE,
    prior_authorization BOOLEAN NOT NULL,
    step_therapy BOOLEAN NOT NULL,
    quantity_limit DECIMAL(12,3),
    quantity_limit_days INTEGER,
    specialty BOOLEAN NOT NULL,
    effective_date DATE NOT NULL,
    termination_date DATE
);

CREATE TABLE hs.studies (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    protocol_number TEXT NOT NULL,
    title TEXT NOT NULL,
    phase TEXT NOT NULL,
    study_type TEXT NOT NULL,
    design TEXT NOT NULL,
    blinding TEXT NOT NULL,
    therapeutic_area TEXT NOT NULL,
    indication_code TEXT NOT NULL,
    sponsor TEXT NOT NULL,
    status TEXT NOT NULL,
    planned_enrollment INTEGER NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE
);

CREATE TABLE hs.sites (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    study_id BIGINT NOT NULL,
    site_number TEXT NOT NULL,
    facility_id BIGINT NOT NULL,
    investigator_id BIGINT NOT NULL,
    country TEXT NOT NULL,
    planned_enrollment INTEGER NOT NULL,
    activation_date DATE NOT NULL,
    close_date DATE,
    status TEXT NOT NULL
);

CREATE TABLE hs.treatment_arms (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    study_id BIGINT NOT NULL,
    arm_code TEXT NOT NULL,
    name TEXT NOT NULL,
    arm_type TEXT NOT NULL,
    treatment TEXT NOT NULL,
    dose DOUBLE,
    dose_unit TEXT,
    frequency TEXT,
    route TEXT,
    allocation_ratio INTEGER NOT NULL
);

CREATE TABLE hs.subjects (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    study_id BIGINT NOT NULL,
    site_id BIGINT NOT NULL,
    patient_id BIGINT NOT NULL,
    arm_id BIGINT,
    subject_number TEXT NOT NULL,
    screening_number TEXT NOT NULL,
    consent_date DATE NOT NULL,
    screening_date DATE NOT NULL,
    randomization_date DATE,
    first_dose_date DATE,
    last_dose_date DATE,
    completion_date DATE,
    status TEXT NOT NULL,
    screen_failure_reason TEXT
);

CREATE TABLE hs.visit_schedule (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    study_id BIGINT NOT NULL,
    arm_id BIGINT,
    visit_number INTEGER NOT NULL,
    name TEXT NOT NULL,
    epoch TEXT NOT NULL,
    planned_day INTEGER NOT NULL,
    window_before INTEGER NOT NULL,
    window_after INTEGER NOT NULL,
    procedures TEXT
);

CREATE TABLE hs.actual_visits (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    planned_visit_id BIGINT,
    encounter_id BIGINT,
    visit_number DOUBLE NOT NULL,
    visit_date DATE,
    study_day INTEGER,
    status TEXT NOT NULL,
    in_window BOOLEAN
);

CREATE TABLE hs.exposures (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    arm_id BIGINT NOT NULL,
    visit_id BIGINT,
    treatment TEXT NOT NULL,
    dose DOUBLE NOT NULL,
    dose_unit TEXT NOT NULL,
    route TEXT NOT NULL,
    frequency TEXT NOT NULL,
    start_time TIMESTAMP NOT NULL,
    end_time TIMESTAMP,
    adjustment TEXT
);

CREATE TABLE hs.adverse_events (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    encounter_id BIGINT,
    term TEXT NOT NULL,
    diagnosis_code TEXT,
    body_system TEXT NOT NULL,
    severity TEXT NOT NULL,
    grade INTEGER NOT NULL,
    serious BOOLEAN NOT NULL,
    related TEXT NOT NULL,
    dose_limiting BOOLEAN NOT NULL,
    action_taken TEXT NOT NULL,
    outcome TEXT NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE
);

CREATE TABLE hs.disposition_events (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    category TEXT NOT NULL,
    term TEXT NOT NULL,
    reason TEXT,
    event_date DATE NOT NULL,
    epoch TEXT NOT NULL
);

CREATE TABLE hs.geographic_entities (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    level TEXT NOT NULL,
    fips TEXT,
    name TEXT NOT NULL,
    state TEXT,
    parent_id BIGINT,
    population BIGINT NOT NULL,
    population_year INTEGER NOT NULL,
    land_area_km2 DOUBLE,
    urban_share DOUBLE,
    latitude DOUBLE,
    longitude DOUBLE
);

CREATE TABLE hs.population_profiles (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    area_id BIGINT NOT NULL,
    gender TEXT,
    age_from INTEGER,
    age_to INTEGER,
    race TEXT,
    ethnicity TEXT,
    people BIGINT NOT NULL,
    share DOUBLE NOT NULL,
    profile_year INTEGER NOT NULL,
    source TEXT NOT NULL
);

CREATE TABLE hs.health_indicators (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    area_id BIGINT NOT NULL,
    indicator TEXT NOT NULL,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    value DOUBLE NOT NULL,
    unit TEXT NOT NULL,
    low_confidence DOUBLE,
    high_confidence DOUBLE,
    adjustment TEXT NOT NULL,
    indicator_year INTEGER NOT NULL,
    source TEXT NOT NULL
);

CREATE TABLE hs.sdoh_indices (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    area_id BIGINT NOT NULL,
    index_name TEXT NOT NULL,
    theme TEXT,
    value DOUBLE NOT NULL,
    percentile DOUBLE,
    index_year INTEGER NOT NULL,
    source TEXT NOT NULL
);

CREATE TABLE hs.cohort_specifications (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    area_id BIGINT,
    name TEXT NOT NULL,
    conditions TEXT,
    age_from INTEGER,
    age_to INTEGER,
    gender TEXT,
    line_of_business TEXT,
    size BIGINT NOT NULL,
    specification TEXT
);

CREATE TABLE hs.networks (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    network_code TEXT NOT NULL,
    name TEXT NOT NULL,
    network_type TEXT NOT NULL,
    tier INTEGER,
    state TEXT,
    effective_date DATE NOT NULL,
    termination_date DATE
);

CREATE TABLE hs.network_providers (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    network_id BIGINT NOT NULL,
    provider_id BIGINT NOT NULL,
    contract_type TEXT NOT NULL,
    fee_schedule TEXT,
    rate_multiplier DOUBLE,
    accepts_new_patients BOOLEAN NOT NULL,
    effective_date DATE NOT NULL,
    termination_date DATE
);

CREATE TABLE hs.network_facilities (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    network_id BIGINT NOT NULL,
    facility_id BIGINT,
    pharmacy_id BIGINT,
    contract_type TEXT NOT NULL,
    rate_multiplier DOUBLE,
    effective_date DATE NOT NULL,
    termination_date DATE
);

CREATE TABLE hs.provider_specialties (
    scenario_id INTEGER NOT NULL,
    run_key INTEGER NOT NULL,
    id BIGINT NOT NULL,
    provider_id BIGINT NOT NULL,
    specialty TEXT NOT NULL,
    taxonomy_code TEXT NOT NULL,
    is_primary BOOLEAN NOT NULL,
    board_certified BOOLEAN NOT NULL,
    certification_date DATE
);

CREATE TABLE hs.scenarios (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    template TEXT,
    request TEXT,
    status TEXT NOT NULL,
    specification TEXT NOT NULL,
    patients BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name)
);

CREATE TABLE hs.scenario_tags (
    scenario_id INTEGER NOT NULL,
    tag TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (scenario_id, tag)
);

CREATE TABLE hs.runs (
    run_key INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    scenario_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source_system TEXT NOT NULL,
    template TEXT,
    template_hash TEXT,
    seed BIGINT,
    parameters TEXT NOT NULL,
    package_version TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    row_count BIGINT,
    PRIMARY KEY (run_key),
    UNIQUE (run_id)
);

CREATE TABLE hs.checkpoints (
    run_key INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    path TEXT NOT NULL,
    hash TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (run_key, turn)
);

CREATE TABLE hs.templates (
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (id, version)
);

CREATE TABLE hs.exchanges (
    id INTEGER NOT NULL,
    scenario_id INTEGER NOT NULL,
    template TEXT NOT NULL,
    subject_table TEXT,
    subject_id BIGINT,
    settings TEXT NOT NULL,
    status TEXT NOT NULL,
    outcome TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE hs.exchange_events (
    exchange_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    side TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (exchange_id, number)
);

CREATE TABLE hs.notes (
    id INTEGER NOT NULL,
    scenario_id INTEGER,
    text TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE hs.rules (
    id INTEGER NOT NULL,
    scenario_id INTEGER,
    name TEXT NOT NULL,
    table_name TEXT NOT NULL,
    condition TEXT NOT NULL,
    severity TEXT NOT NULL,
    source TEXT NOT NULL,
    confidence DOUBLE NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE hs.widget_state (
    widget TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (widget, field)
);

CREATE TABLE hs.outputs (
    id INTEGER NOT NULL,
    scenario_id INTEGER,
    run_key INTEGER,
    kind TEXT NOT NULL,
    number INTEGER,
    format TEXT NOT NULL,
    path TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE hs.schema_migrations (
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    package_version TEXT NOT NULL,
    applied_at TIMESTAMP NOT NULL,
    PRIMARY KEY (version)
);
