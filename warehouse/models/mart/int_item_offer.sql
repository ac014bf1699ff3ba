-- One item offered on one channel for one function, over days on which the item's version and the offer hold. Three ways to look at it: any; all_day
-- (on a terminal, where the item's division has a live one open day and night); universal_window (at a window, where the division has a live universal one).
with listed as (
    select
        item_id,
        channel,
        func,
        coalesce(valid_from, date '1900-01-01') as listed_from,
        least(
            coalesce(valid_to, date '9999-12-31'),
            lead(coalesce(valid_from, date '1900-01-01'), 1, date '9999-12-31') over (
                partition by source_id, item_id, channel, func order by coalesce(valid_from, date '1900-01-01')
            )
        ) as listed_until
    from core_item_channel as offer
),
offered as (
    select
        item.item_id,
        item.version,
        item.division_code,
        listed.channel,
        listed.func,
        greatest(item.valid_from, listed.listed_from) as offered_from,
        least(item.valid_to, listed.listed_until) as offered_until
    from listed
    join int_item_in_force as item on item.item_id = listed.item_id and item.valid_from < listed.listed_until and item.valid_to > listed.listed_from
    where listed.listed_from < listed.listed_until
)
select item_id, version, channel, func, 'any' as offer, offered_from, offered_until from offered
union all
select
    offered.item_id,
    offered.version,
    offered.channel,
    offered.func,
    cover.sort_of_point,
    greatest(offered.offered_from, cover.covered_from),
    least(offered.offered_until, cover.covered_until)
from offered
join int_point_cover as cover
    on cover.division_code = offered.division_code
    and cover.sort_of_point = case offered.channel when 'terminal' then 'all_day' when 'window' then 'universal_window' end
    and cover.covered_from < offered.offered_until and cover.covered_until > offered.offered_from
