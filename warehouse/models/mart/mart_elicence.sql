-- One count of valid e-licences of a type, from a source body, in a division, with the days for which it holds: until the next count.
with counted as (
    select stock.*
    from core_elicence_stock as stock
    left join ref_source_priority as stated on stated.source_id = stock.source_id
    qualify row_number() over (
        partition by stock.stock_on, stock.licence_type, stock.source_dept_id, stock.division_code
        order by coalesce(stated.priority, 100), stock.source_id
    ) = 1
)
select
    counted.licence_type,
    counted.source_dept_id as dept_id,
    department.function_code,
    counted.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    counted.stock_on as since_on,
    coalesce(
        lead(counted.stock_on) over (partition by counted.licence_type, counted.source_dept_id, counted.division_code order by counted.stock_on),
        date '9999-12-31'
    ) as until_on,
    counted.valid_count as licences
from counted
left join dim_department as department on department.dept_id = counted.source_dept_id
left join dim_division as division on division.division_code = counted.division_code
