-- One published service standard and its result in a period. The published verdict stands; not applicable is neither met nor missed.
with placed as (
    select
        standard.*,
        version.version,
        coalesce(standard.dept_id, version.dept_id) as owner_dept_id,
        version.division_code
    from core_service_standard as standard
    left join int_item_span as version
        on version.item_id = standard.item_id and standard.period_start >= version.from_on and standard.period_start < version.until_on
)
select
    placed.source_id,
    placed.standard_id,
    placed.item_id,
    placed.period_start as period_start_on,
    placed.standard_kind,
    item.item_type,
    item.audience,
    item.theme,
    placed.owner_dept_id as dept_id,
    department.function_code,
    placed.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    placed.channel,
    coalesce(channel.channel_group, 'other') as channel_group,
    placed.target,
    placed.performance,
    placed.volume_met,
    placed.volume_total,
    case placed.met when 'yes' then true when 'no' then false end as is_met,
    coalesce(placed.volume_met is not null and placed.volume_total > 0, false) as is_volume_known
from placed
left join mart_item as item on item.item_id = placed.item_id and item.version = placed.version
left join dim_department as department on department.dept_id = placed.owner_dept_id
left join dim_division as division on division.division_code = placed.division_code
left join ref_channel as channel on channel.channel = placed.channel
