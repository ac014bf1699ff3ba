-- One handing over of a result (or of materials on their way in), unless its case is void. Dated by its dispatch, else by its receipt.
-- The first result of a department, and its first by courier, are marked: counted up to a date they say how many departments deliver so.
with delivery as (
    select given.* replace (coalesce(alias.canonical_case_id, given.case_id) as case_id)
    from core_delivery as given
    left join int_link_alias as alias on alias.case_id = given.case_id
),
related as (
    select
        delivery.*,
        coalesce(delivery.dispatched_on, delivery.received_on) as moved_on,
        coalesce(delivery.direction, 'result') not like 'materials%' as is_result,
        subject.item_id,
        subject.item_version,
        subject.dept_id,
        subject.function_code,
        subject.division_code,
        subject.channel
    from delivery
    left join int_case_subject as subject on subject.case_id = delivery.case_id
    where not coalesce(subject.is_void, false)
),
ranked as (
    select
        related.*,
        row_number() over (partition by dept_id, is_result order by moved_on nulls last, delivery_id, source_id) as place,
        row_number() over (partition by dept_id, is_result, mode order by moved_on nulls last, delivery_id, source_id) as place_by_mode
    from related
)
select
    ranked.delivery_id,
    ranked.source_id,
    ranked.case_id,
    ranked.item_id,
    item.item_type,
    item.audience,
    item.theme,
    item.case_type,
    ranked.dept_id,
    ranked.function_code,
    ranked.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    ranked.channel,
    channel.channel_group,
    ranked.mode,
    ranked.is_result,
    ranked.moved_on,
    ranked.dispatched_on,
    ranked.received_on,
    ranked.received_on is not null as is_received,
    case when coalesce(ranked.received_on, as_of.as_of_on) >= ranked.dispatched_on
         then date_diff('day', ranked.dispatched_on, coalesce(ranked.received_on, as_of.as_of_on)) end as days_under_way,
    ranked.is_result and ranked.dept_id is not null and ranked.moved_on is not null and ranked.place = 1 as is_first_of_department,
    ranked.is_result and ranked.mode = 'courier' and ranked.dept_id is not null and ranked.moved_on is not null and ranked.place_by_mode = 1
        as is_first_by_courier
from ranked
cross join build_as_of as as_of
left join mart_item as item on item.item_id = ranked.item_id and item.version = ranked.item_version
left join dim_division as division on division.division_code = ranked.division_code
left join ref_channel as channel on channel.channel = ranked.channel
