-- One version of one item over the days on which it is in force; a later version ends an earlier one, whatever end the earlier one was given.
with clipped as (
    select
        item.* replace (least(valid_to, lead(valid_from, 1, valid_to) over (partition by item_id order by version)) as valid_to)
    from mart_item as item
)
select * from clipped where valid_from < valid_to and status = 'in_force'
