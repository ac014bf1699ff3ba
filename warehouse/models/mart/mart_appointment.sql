-- One appointment, by the local date of its slot. Only an appointment that was kept or missed says anything about people who do not come.
with placed as (
    select
        appointment.*,
        version.version,
        version.dept_id,
        coalesce(site.division_code, version.division_code) as division_code
    from core_appointment as appointment
    left join dim_site as site on site.site_id = appointment.site_id
    left join int_item_span as version
        on version.item_id = appointment.item_id and appointment.slot_start_on >= version.from_on and appointment.slot_start_on < version.until_on
)
select
    placed.appointment_id,
    placed.source_id,
    placed.item_id,
    item.item_type,
    item.audience,
    item.theme,
    item.case_type,
    placed.dept_id,
    department.function_code,
    placed.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    placed.site_id,
    placed.channel,
    coalesce(channel.channel_group, 'other') as channel_group,
    placed.booked_on,
    placed.slot_start_on as slot_on,
    placed.status,
    placed.status = 'served' as is_kept,
    placed.status = 'no_show' as is_missed
from placed
left join mart_item as item on item.item_id = placed.item_id and item.version = placed.version
left join dim_department as department on department.dept_id = placed.dept_id
left join dim_division as division on division.division_code = placed.division_code
left join ref_channel as channel on channel.channel = placed.channel
