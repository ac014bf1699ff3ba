"""What the page of documents counts that no metric answers: how much of a paper's burden could be spared, who holds it, calls by data set."""

from __future__ import annotations

import polars as pl

from dashboards.course import Scope
from dashboards.gate import Gate
from dashboards.scoped import last_day, scoped

# a case is spared all its papers when every one of them on paper was held somewhere; what was uploaded needs no visit
BURDEN = """select material_code, any_value(licence_type) as licence_type, coalesce(sum(copies), 0)::bigint as copies, count(*) as cases,
    count(*) filter (where is_licence_in_stock) as by_licence, count(*) filter (where not coalesce(is_licence_in_stock, false)) as by_record,
    count(*) filter (where is_carried and is_case_held) as visits_low, count(*) filter (where is_carried) as visits_high
from {materials} where application_on >= $start and application_on < $end and is_submitted and was_available
group by material_code order by cases desc, material_code"""

HOLDERS = """select licence_type, list_sort(list(distinct dept_id)) as holders from mart_elicence
where since_on <= $until and until_on > $until and dept_id is not null and licences > 0 group by licence_type order by licence_type"""

CALLS = """select dataset_code, provider_dept_id, sum(calls)::bigint as calls, sum(least(hits, calls))::bigint as hits,
    sum(greatest(calls - hits, 0))::bigint as misses, count(distinct dept_id) as askers
from {calls} where called_on >= $start and called_on < $end
group by dataset_code, provider_dept_id order by calls desc, dataset_code, provider_dept_id"""


def burden(gate: Gate, scope: Scope) -> pl.DataFrame:
    """Papers handed in although they were held, by material: copies, cases, how they could be had, and visits that might be spared (from, to)."""
    return scoped(gate, BURDEN, scope, {"materials": "mart_material"})


def holders(gate: Gate, scope: Scope) -> dict[str, list[str]]:
    """Departments whose licences of a type the library holds on the period's last day."""
    found = scoped(gate, HOLDERS, scope, {}, until=last_day(scope))
    return dict(found.iter_rows())


def calls(gate: Gate, scope: Scope) -> pl.DataFrame:
    """Calls of shared data in the period by data set and provider: found and not found."""
    return scoped(gate, CALLS, scope, {"calls": "mart_data_share"})
