-- One version of one item over days on which its guide stays the same: how many documents it asks for, and which of the five mandatory elements are filled.
with material as (
    select
        item_id, material_code, coalesce(required, true) as is_required, coalesce(exempt_status, '') = 'exempted' as is_exempted,
        coalesce(valid_from, date '1900-01-01') as listed_from,
        least(
            coalesce(valid_to, date '9999-12-31'),
            lead(coalesce(valid_from, date '1900-01-01'), 1, date '9999-12-31') over (
                partition by source_id, item_id, material_code order by coalesce(valid_from, date '1900-01-01')
            )
        ) as listed_until
    from core_item_material as material
),
known as (
    select item_id, min(listed_from) as known_from from material where listed_from < listed_until group by item_id
),
asked as (
    select
        item.item_id, item.version, material.material_code, material.is_required, material.is_exempted,
        greatest(item.valid_from, material.listed_from) as asked_from,
        least(item.valid_to, material.listed_until) as asked_until
    from material
    join int_item_in_force as item on item.item_id = material.item_id and item.valid_from < material.listed_until and item.valid_to > material.listed_from
    where material.listed_from < material.listed_until
),
place as (
    select item_id, version, offered_from as placed_from, offered_until as placed_until from int_item_offer where func = 'apply' and offer = 'any'
),
edge as (
    select item_id, version, valid_from as day from int_item_in_force
    union select item_id, version, valid_to from int_item_in_force
    union select item_id, version, asked_from from asked
    union select item_id, version, asked_until from asked
    union select item_id, version, placed_from from place
    union select item_id, version, placed_until from place
),
span as (
    select item_id, version, day, lead(day) over (partition by item_id, version order by day) as next_day from edge
),
counted as (
    select
        span.item_id, span.version, span.day,
        count(distinct asked.material_code) as materials,
        count(distinct asked.material_code) filter (where asked.is_required) as required_materials,
        count(distinct asked.material_code) filter (where asked.is_required and not asked.is_exempted) as submitted_materials
    from span
    join asked on asked.item_id = span.item_id and asked.version = span.version and asked.asked_from <= span.day and asked.asked_until > span.day
    group by all
),
placed as (
    select distinct span.item_id, span.version, span.day
    from span
    join place on place.item_id = span.item_id and place.version = span.version and place.placed_from <= span.day and place.placed_until > span.day
),
described as (
    select
        item.* exclude (valid_from, valid_to),
        span.day as valid_from,
        span.next_day as valid_to,
        case when span.day >= known.known_from then coalesce(counted.required_materials, 0) end as required_materials,
        case when span.day >= known.known_from then coalesce(counted.submitted_materials, 0) end as submitted_materials,
        department.dept_id is not null as has_department,
        coalesce(counted.materials, 0) > 0 as has_materials,
        item.legal_limit is not null or item.promised_limit is not null or item.case_type = 'on_the_spot' as has_limit,
        placed.item_id is not null as has_place,
        coalesce(item.visits_max = 0 or (item.visits_max > 0 and trim(item.visit_reason) <> ''), false) as has_visit_rule
    from span
    join int_item_in_force as item on item.item_id = span.item_id and item.version = span.version
    left join known on known.item_id = span.item_id
    left join counted on counted.item_id = span.item_id and counted.version = span.version and counted.day = span.day
    left join placed on placed.item_id = span.item_id and placed.version = span.version and placed.day = span.day
    left join dim_department as department on department.dept_id = item.dept_id
    where span.next_day is not null
)
select
    item_id,
    valid_from,
    valid_to,
    required_materials,
    submitted_materials,
    first_value(required_materials ignore nulls) over first_known as baseline_required_materials,
    has_department,
    has_materials,
    has_limit,
    has_place,
    has_visit_rule,
    cast(
        cast(has_department as integer) + cast(has_materials as integer) + cast(has_limit as integer) + cast(has_place as integer)
        + cast(has_visit_rule as integer) as bigint
    ) as filled_elements,
    item_type,
    is_application_based,
    audience,
    theme,
    case_type,
    dept_id,
    function_code,
    division_code,
    province_code,
    city_code,
    district_code,
    town_code
from described
window first_known as (partition by item_id order by valid_from rows between unbounded preceding and unbounded following)
