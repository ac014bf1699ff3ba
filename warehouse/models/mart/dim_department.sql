-- One department as it is today: the latest version begun by as_of, else the first.
with today as (
    select coalesce(as_of_on, date '9999-12-31') as day from build_as_of
),
current_department as (
    select department.*
    from core_department as department
    cross join today
    left join ref_source_priority as stated on stated.source_id = department.source_id
    qualify row_number() over (
        partition by department.dept_id
        order by coalesce(stated.priority, 100), department.source_id,
                 case when coalesce(department.valid_from, date '1900-01-01') <= today.day then 0 else 1 end,
                 case when coalesce(department.valid_from, date '1900-01-01') <= today.day then department.valid_from end desc nulls last,
                 department.valid_from
    ) = 1
)
select
    department.dept_id,
    department.name_zh,
    department.name_en,
    department.division_code,
    division.district_code,
    department.function_code
from current_department as department
left join dim_division as division on division.division_code = department.division_code
