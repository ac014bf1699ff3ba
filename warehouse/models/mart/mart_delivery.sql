-- One handing over of a result (or of materials on their way in), unless its case is void. Dated by its dispatch, else by its receipt.
with related as (
    select
        given.* replace (coalesce(alias.canonical_case_id, given.case_id) as case_id),
        coalesce(given.dispatched_on, given.received_on) as moved_on
    from core_delivery as given
    left join int_link_alias as alias on alias.case_id = given.case_id
)
select
    related.delivery_id,
    related.source_id,
    related.case_id,
    subject.item_id,
    item.item_type,
    item.audience,
    item.theme,
    item.case_type,
    subject.dept_id,
    subject.function_code,
    subject.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    subject.channel,
    channel.channel_group,
    related.mode,
    coalesce(related.direction, 'result') not like 'materials%' as is_result,
    related.moved_on,
    related.dispatched_on,
    related.received_on,
    related.received_on is not null as is_received,
    case when coalesce(related.received_on, as_of.as_of_on) >= related.dispatched_on
         then date_diff('day', related.dispatched_on, coalesce(related.received_on, as_of.as_of_on)) end as days_under_way
from related
cross join build_as_of as as_of
left join int_case_subject as subject on subject.case_id = related.case_id
left join mart_item as item on item.item_id = subject.item_id and item.version = subject.item_version
left join dim_division as division on division.division_code = subject.division_code
left join ref_channel as channel on channel.channel = subject.channel
where not coalesce(subject.is_void, false)
