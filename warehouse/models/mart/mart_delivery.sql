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
-- The first of a department, whatever way it went, and its first by courier.
first_result as (
    select
        dept_id,
        min({'on': moved_on, 'delivery_id': delivery_id, 'source_id': source_id}) as earliest,
        min({'on': moved_on, 'delivery_id': delivery_id, 'source_id': source_id}) filter (where mode = 'courier') as earliest_by_courier
    from related
    where is_result and dept_id is not null and moved_on is not null
    group by dept_id
),
ranked as (
    select
        related.*,
        coalesce(
            first_result.earliest.delivery_id = related.delivery_id and first_result.earliest.source_id = related.source_id, false
        ) as is_earliest,
        coalesce(
            first_result.earliest_by_courier.delivery_id = related.delivery_id and first_result.earliest_by_courier.source_id = related.source_id, false
        ) as is_earliest_by_courier
    from related
    left join first_result on first_result.dept_id = related.dept_id
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
    ranked.is_earliest as is_first_of_department,
    ranked.is_earliest_by_courier as is_first_by_courier
from ranked
cross join build_as_of as as_of
left join mart_item as item on item.item_id = ranked.item_id and item.version = ranked.item_version
left join dim_division as division on division.division_code = ranked.division_code
left join ref_channel as channel on channel.channel = ranked.channel
