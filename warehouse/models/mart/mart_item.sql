-- One version of one implementation-list item, from the first source (by stated priority) that describes the item.
with believed as (
    select item.*, coalesce(item.version, 1) as version_no, coalesce(item.valid_from, date '1900-01-01') as begins_on
    from core_service_item as item
    left join ref_source_priority as stated on stated.source_id = item.source_id
    qualify dense_rank() over (partition by item.item_id order by coalesce(stated.priority, 100), item.source_id) = 1
),
-- A version without a number is version 1: should a source give both, the numbered one stands, whichever came first.
version as (
    select believed.*
    from believed
    qualify row_number() over (partition by item_id, version_no order by source_version desc, version nulls last) = 1
),
dated as (
    select
        version.*,
        coalesce(valid_to, lead(begins_on) over (partition by item_id order by begins_on, version_no), date '9999-12-31') as ends_on,
        first_value(steps_count ignore nulls) over (
            partition by item_id order by begins_on, version_no rows between unbounded preceding and unbounded following
        ) as baseline_steps_count,
        list_contains(online_steps, 'submit') as has_submit,
        list_contains(online_steps, 'info') as has_info
    from version
),
-- Depth under gd_4. Submission online with undeclared visits supports level 1 when information is online, and is unknown otherwise.
graded as (
    select
        dated.*,
        case
            when online_steps is null then null
            when has_submit and visits_max = 0 then 4
            when has_submit and visits_max <= 1 then 3
            when has_submit and visits_max <= 2 then 2
            when has_info then 1
            when has_submit and visits_max is null then null
            else 0
        end as level_gd_4,
        case coalesce(legal_unit, 'working_day')
            when 'natural_day' then legal_limit * 5 / 7 when 'hour' then legal_limit / 8 else ceil(legal_limit)
        end as legal_working_days,
        case
            when case_type = 'on_the_spot' then 0
            when promised_unit = 'natural_day' then promised_limit * 5 / 7
            when promised_unit = 'hour' then promised_limit / 8
            else ceil(promised_limit)
        end as promised_working_days
    from dated
)
select
    graded.item_id,
    graded.version_no as version,
    graded.begins_on as valid_from,
    graded.ends_on as valid_to,
    lead(graded.begins_on) over (partition by graded.item_id order by graded.version_no) as next_version_on,
    graded.name_zh,
    graded.name_en,
    graded.status,
    graded.item_type,
    coalesce(graded.item_type in ('01', '05', '07', '08', '09', '10', '20'), false) as is_application_based,
    graded.audience,
    graded.theme,
    graded.case_type,
    graded.dept_id,
    department.function_code,
    graded.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    graded.online_steps,
    graded.visits_max,
    graded.visit_reason,
    cast(graded.level_gd_4 as bigint) as level_gd_4,
    cast(case when graded.level_gd_4 > 3 then 3 else graded.level_gd_4 end as bigint) as level_gd_2013,
    graded.depth_scheme,
    graded.declared_depth,
    graded.approved_depth,
    coalesce(graded.is_on_online_hall, false) as is_on_online_hall,
    cast(graded.legal_working_days as double) as legal_working_days,
    cast(graded.promised_working_days as double) as promised_working_days,
    graded.legal_limit,
    graded.legal_unit,
    graded.promised_limit,
    graded.promised_unit,
    coalesce(graded.legal_limit is not null and graded.legal_unit in ('natural_day', 'hour'), false)
        or coalesce(graded.promised_limit is not null and graded.promised_unit in ('natural_day', 'hour'), false) as is_limit_converted,
    coalesce(graded.supports_epay, false) as supports_epay,
    coalesce(graded.supports_courier, false) as supports_courier,
    coalesce(graded.id_only, false) as id_only,
    graded.steps_count,
    graded.baseline_steps_count,
    graded.cross_scope
from graded
left join dim_department as department on department.dept_id = graded.dept_id
left join dim_division as division on division.division_code = graded.division_code
