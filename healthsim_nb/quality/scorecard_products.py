"""What the scorecard asks of dispensed products, by NDC: brand, specialty, what they treat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healthsim_nb import reference

if TYPE_CHECKING:
    import duckdb

ADHERENCE = {
    "statin": "statin",
    "ace-inhibitor": "renin-angiotensin",
    "arb": "renin-angiotensin",
    "biguanide": "diabetes",
    "sulfonylurea": "diabetes",
    "dpp-4-inhibitor": "diabetes",
    "sglt2-inhibitor": "diabetes",
    "glp1-agonist": "diabetes",
    "gip-glp1-agonist": "diabetes",
    "insulin-basal": "insulin",
    "insulin-rapid": "insulin",
}
"""The measures of the Pharmacy Quality Alliance, by class of drug."""


def load_products(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``sc_products``, one row an NDC."""
    facts = {row["product"]: row for row in reference.rows("pharmacy/products.csv")}
    classes = {r["rxnorm"]: r["drug_class"] for r in reference.rows("lookups/drug_products.csv")}
    found = {}
    for row in reference.rows("codes/products.csv"):
        known = facts[row["id"]]
        flags = [known[name] == "yes" for name in ("brand", "specialty", "maintenance")]
        found[row["ndc"]] = (*flags, ADHERENCE.get(classes.get(row["rxnorm"], "")))
    columns = [list(found), *(list(column) for column in zip(*found.values(), strict=True))]
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE sc_products AS SELECT unnest($1::TEXT[]) AS ndc,"
        " unnest($2::BOOLEAN[]) AS brand, unnest($3::BOOLEAN[]) AS specialty,"
        " unnest($4::BOOLEAN[]) AS maintenance, unnest($5::TEXT[]) AS adherence",
        columns,
    )
