-- One target. A later one for the same figure, scope and due date supersedes an earlier one (by the day that it was set, then by its id).
with scoped as (
    select
        *,
        row_number() over (
            partition by source_id, metric_id, coalesce(params, '{}'), division_code, dept_id, channel, due_on
            order by set_on desc nulls last, target_id desc
        ) as place,
        first_value(target_id) over (
            partition by source_id, metric_id, coalesce(params, '{}'), division_code, dept_id, channel, due_on
            order by set_on desc nulls last, target_id desc
        ) as latest_id
    from core_target
)
select
    scoped.source_id,
    scoped.target_id,
    scoped.metric_id,
    scoped.params,
    scoped.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    scoped.dept_id,
    department.function_code,
    scoped.channel,
    scoped.op,
    scoped.value,
    scoped.baseline_value,
    scoped.baseline_on,
    scoped.due_on,
    scoped.legal_basis,
    scoped.set_by,
    scoped.set_on,
    scoped.place > 1 as is_superseded,
    case when scoped.place > 1 then scoped.latest_id end as superseded_by
from scoped
left join dim_division as division on division.division_code = scoped.division_code
left join dim_department as department on department.dept_id = scoped.dept_id
