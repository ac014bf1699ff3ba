-- One count of the records of a data set, with the days for which it holds: until the owner's next count of that set.
with counted as (
    select holding.*
    from core_data_holding as holding
    left join ref_source_priority as stated on stated.source_id = holding.source_id
    qualify row_number() over (
        partition by holding.held_on, holding.dataset_code, holding.owner_dept_id
        order by coalesce(stated.priority, 100), holding.source_id
    ) = 1
),
placed as (
    select
        counted.*,
        department.function_code,
        coalesce(counted.division_code, department.division_code) as known_division_code
    from counted
    left join dim_department as department on department.dept_id = counted.owner_dept_id
)
select
    placed.dataset_code,
    placed.owner_dept_id as dept_id,
    placed.function_code,
    placed.known_division_code as division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    placed.held_on as since_on,
    coalesce(
        lead(placed.held_on) over (partition by placed.dataset_code, placed.owner_dept_id order by placed.held_on), date '9999-12-31'
    ) as until_on,
    placed.records
from placed
left join dim_division as division on division.division_code = placed.known_division_code
