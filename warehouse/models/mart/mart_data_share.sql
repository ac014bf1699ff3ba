-- One line of the data exchange's log: how often a department asked for another's data about an item on a day, and how often it found something.
with placed as (
    select
        share.*,
        nullif(share.item_id, '*') as known_item_id,
        version.version,
        coalesce(version.division_code, consumer.division_code) as division_code,
        consumer.function_code
    from core_data_share_call as share
    left join int_item_span as version
        on version.item_id = share.item_id and share.called_on >= version.from_on and share.called_on < version.until_on
    left join dim_department as consumer on consumer.dept_id = share.consumer_dept_id
)
select
    placed.source_id,
    placed.called_on,
    placed.dataset_code,
    placed.provider_dept_id,
    placed.consumer_dept_id as dept_id,
    placed.function_code,
    placed.known_item_id as item_id,
    item.item_type,
    item.audience,
    item.theme,
    item.case_type,
    placed.division_code,
    division.province_code,
    division.city_code,
    division.district_code,
    division.town_code,
    placed.calls,
    placed.hits
from placed
left join mart_item as item on item.item_id = placed.known_item_id and item.version = placed.version
left join dim_division as division on division.division_code = placed.division_code
