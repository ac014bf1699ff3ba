-- One version of one item over days on which its channels stay the same: by function and way of looking at it the channels that offer it, and once for
-- itself (offer item), which is what shares are taken of.
with edge as (
    select item_id, version, func, offer, offered_from as day from int_item_offer
    union
    select item_id, version, func, offer, offered_until from int_item_offer
),
span as (
    select
        edge.*,
        lead(day) over (partition by item_id, version, func, offer order by day) as next_day
    from edge
),
standing as (
    select
        span.item_id, span.version, span.func, span.offer, span.day as valid_from, span.next_day as valid_to,
        list_sort(list_distinct(list(offer.channel))) as channel
    from span
    join int_item_offer as offer
        on offer.item_id = span.item_id and offer.version = span.version and offer.func = span.func and offer.offer = span.offer
        and offer.offered_from <= span.day and offer.offered_until > span.day
    where span.next_day is not null
    group by all
    union all
    select item_id, version, 'none', 'item', valid_from, valid_to, cast([] as varchar[]) from int_item_in_force
)
select
    standing.item_id,
    standing.func,
    standing.offer,
    standing.valid_from,
    standing.valid_to,
    standing.channel,
    item.item_type,
    item.is_application_based,
    item.audience,
    item.theme,
    item.case_type,
    item.dept_id,
    item.function_code,
    item.division_code,
    item.province_code,
    item.city_code,
    item.district_code,
    item.town_code
from standing
join int_item_in_force as item on item.item_id = standing.item_id and item.version = standing.version
