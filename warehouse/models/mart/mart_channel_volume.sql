-- One published total of applications: a service, a period, a channel. Where no number is given the reason is kept, and the number stays null.
with placed as (
    select
        volume.*,
        version.version,
        coalesce(volume.dept_id, version.dept_id) as owner_dept_id,
        coalesce(volume.division_code, version.division_code) as owner_division_code
    from core_channel_volume as volume
    left join int_item_span as version
        on version.item_id = volume.item_id and volume.period_start >= version.from_on and volume.period_start < version.until_on
)
select
    placed.source_id,
    placed.item_id,
    placed.period_start as period_start_on,
    placed.period_end as period_end_on,
    item.item_type,
    item.audience,
    item.theme,
    placed.owner_dept_id as dept_id,
    department.function_code,
    placed.owner_division_code as division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    placed.channel,
    coalesce(channel.channel_group, 'other') as channel_group,
    case when placed.availability = 'reported' then placed.applications end as applications,
    placed.availability = 'reported' and placed.applications is not null as is_reported,
    placed.availability = 'no_data' or (placed.availability = 'reported' and placed.applications is null) as is_no_data
from placed
left join mart_item as item on item.item_id = placed.item_id and item.version = placed.version
left join dim_department as department on department.dept_id = placed.owner_dept_id
left join dim_division as division on division.division_code = placed.owner_division_code
left join ref_channel as channel on channel.channel = placed.channel
