-- One cost, or the completed cases that costs cover, of a department in a quarter. A cost that runs over several quarters is spread over its days.
-- Cases count where a cost of their department (and, if it says so, of their item or channel) covers the day of their completion; otherwise a quarter
-- without costs would make cases look cheap.
with cost as (
    select
        cost.*,
        nullif(cost.item_id, '*') as known_item_id,
        nullif(cost.channel, '*') as known_channel,
        date_diff('day', cost.period_start, cost.period_end) + 1 as days
    from core_cost as cost
    where cost.period_end >= cost.period_start
),
quarter as (
    select
        cost.*,
        cast(unnest(generate_series(date_trunc('quarter', period_start), date_trunc('quarter', period_end), interval 3 month)) as date) as quarter_on
    from cost
),
spread as (
    select
        quarter.dept_id,
        quarter.quarter_on,
        quarter.cost_kind,
        quarter.allocation_method,
        sum(
            quarter.amount
            * (date_diff('day', greatest(period_start, quarter_on), least(period_end, cast(quarter_on + interval 3 month as date) - 1)) + 1) / days
        ) as yuan
    from quarter
    group by all
),
covered as (
    select mine.case_id, mine.dept_id, cast(date_trunc('quarter', mine.completed_on) as date) as quarter_on
    from mart_case as mine
    where mine.is_completed and not mine.is_void and exists (
        select 1
        from cost
        where cost.dept_id = mine.dept_id and mine.completed_on between cost.period_start and cost.period_end
            and coalesce(cost.known_item_id = mine.item_id, cost.known_item_id is null)
            and coalesce(cost.known_channel = mine.channel, cost.known_channel is null)
    )
),
line as (
    select dept_id, quarter_on, cost_kind, allocation_method, yuan, 0 as cases
    from spread
    union all
    select dept_id, quarter_on, null as cost_kind, null as allocation_method, 0 as yuan, count(*) as cases
    from covered
    group by dept_id, quarter_on
)
select
    line.dept_id,
    department.function_code,
    department.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    line.quarter_on,
    line.cost_kind,
    line.allocation_method,
    cast(line.yuan as double) as yuan,
    cast(line.cases as bigint) as cases
from line
left join dim_department as department on department.dept_id = line.dept_id
left join dim_division as division on division.division_code = department.division_code
