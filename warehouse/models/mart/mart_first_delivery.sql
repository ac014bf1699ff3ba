-- The first result that a department handed over, whatever way it went, and its first by courier: counted up to a date they say how many departments
-- deliver so.
with first_day as (
    select dept_id, false as is_by_courier, min(moved_on) as moved_on
    from mart_delivery as delivery
    where is_result and dept_id is not null and moved_on is not null
    group by dept_id
    union all
    select dept_id, true as is_by_courier, min(moved_on) as moved_on
    from mart_delivery as delivery
    where is_result and dept_id is not null and moved_on is not null and mode = 'courier'
    group by dept_id
)
select
    first_day.dept_id,
    first_day.is_by_courier,
    delivery.function_code,
    delivery.delivery_id,
    delivery.source_id,
    delivery.case_id,
    delivery.mode,
    first_day.moved_on
from first_day
join mart_delivery as delivery
    on delivery.dept_id = first_day.dept_id and delivery.moved_on = first_day.moved_on and delivery.is_result
    and (delivery.mode = 'courier' or not first_day.is_by_courier)
qualify row_number() over (partition by first_day.dept_id, first_day.is_by_courier order by delivery.delivery_id, delivery.source_id) = 1
